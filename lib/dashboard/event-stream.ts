import type { ServerResponse } from 'node:http';
import { type HttpReply, rawResponse } from './http.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Characters that may wait for a client that does not read. */
const MOST_WAITING = 1_048_576;

const HEADERS = {
  ...SECURITY_HEADERS,
  'content-type': 'text/event-stream; charset=utf-8',
  // Neither kept nor packed on the way: a compressing middleware would hold events back.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no', // nginx would hold them back too
};

/** An answer of server-sent events, on Express and on Fastify. */
export class EventStream {
  private readonly response: ServerResponse;

  constructor(reply: HttpReply, onClosed: () => void) {
    const headers = { ...reply.getHeaders(), ...HEADERS };
    this.response = rawResponse(reply);
    this.response.on('error', () => {}); // a client that goes away is no fault
    this.response.on('close', onClosed);
    this.response.writeHead(200, headers);
    this.response.flushHeaders();
  }

  /** The client had left before the answer began: nobody will say so again. */
  get isGone(): boolean {
    return this.response.destroyed;
  }

  send(event: string, data: unknown): void {
    this.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Shows proxies that the connection lives. */
  keepAlive(): void {
    this.write(':\n\n');
  }

  /** The connection is closed too: one that is kept alive would hold up the end of the server. */
  end(): void {
    const { socket } = this.response;
    this.response.end(() => {
      if (this.response.req.httpVersionMajor === 1) socket?.destroySoon();
    });
  }

  private write(text: string): void {
    if (this.response.writableLength > MOST_WAITING) this.response.destroy();
    else if (!this.response.writableEnded) this.response.write(text);
  }
}
