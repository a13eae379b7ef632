import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What a request of Express and one of Fastify have in common. */
export interface HttpRequest {
  readonly url: string;
  /** As it came in, where a middleware or a router has cut `url`. */
  readonly originalUrl?: string;
  readonly headers: IncomingHttpHeaders;
  readonly params: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
}

/** What a response of Express and one of Fastify have in common. */
export interface HttpReply {
  status(code: number): this;
  header(name: string, value: string): this;
  send(body?: string | Buffer): unknown;
  getHeaders(): OutgoingHttpHeaders;
}

/** Takes the connection itself, for an answer that does not end. */
export function rawResponse(reply: HttpReply): ServerResponse {
  const { raw, hijack } = reply as { raw?: ServerResponse; hijack?: () => void };
  if (!raw) return reply as unknown as ServerResponse;
  hijack?.call(reply); // or Fastify would answer as well
  return raw;
}

export function urlOf({ originalUrl, url }: HttpRequest): URL {
  return new URL(originalUrl ?? url, 'http://localhost');
}
