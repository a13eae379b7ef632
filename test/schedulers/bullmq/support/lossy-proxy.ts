import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** What was asked is carried out by then, and its answer is on its way. */
const CARRIED_OUT_MS = 200;

/** A way to a Redis on which answers can be lost, and the connection with them. */
export class LossyProxy {
  /** How many connections were cut so far. */
  lost = 0;
  private asked: string | undefined;
  private answered: string | undefined;

  private constructor(readonly url: string) {}

  static async to(target: string): Promise<LossyProxy> {
    const { port: targetPort } = new URL(target);
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect(Number(targetPort), '127.0.0.1');
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      }
      proxy.join(client, upstream);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new LossyProxy(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return proxy;
  }

  /** The next call with this text is carried out, and nobody hears of it. */
  loseAnswerTo(text: string): void {
    this.asked = text;
  }

  /** The next answer with this text is lost. */
  loseAnswerWith(text: string): void {
    this.answered = text;
  }

  private join(client: Socket, upstream: Socket): void {
    let isCut = false;
    const cut = () => {
      isCut = true;
      this.lost += 1;
      setTimeout(() => client.destroy(), CARRIED_OUT_MS);
    };
    client.on('data', (request) => {
      if (this.asked !== undefined && request.includes(this.asked)) {
        this.asked = undefined;
        cut();
      }
      upstream.write(request);
    });
    upstream.on('data', (answer) => {
      if (!isCut && this.answered !== undefined && answer.includes(this.answered)) {
        this.answered = undefined;
        cut();
      }
      if (!isCut) client.write(answer);
    });
  }
}
