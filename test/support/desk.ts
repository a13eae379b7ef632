import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Desk<T> {
  /** Where specs ask, by {@link askAt}. */
  readonly url: string;
  /** @returns what was made, if anybody asked. */
  close(): Promise<T | undefined>;
}

/** For what all of a run share: made when the first spec asks for it, since most runs of a few specs never do. */
export async function openDesk<T>(make: () => Promise<T>, tell: (one: T) => string): Promise<Desk<T>> {
  let made: Promise<T> | undefined;
  const server = createServer((_request, response) => {
    made ??= make();
    made.then(
      (one) => response.end(tell(one)),
      (error: Error) => response.writeHead(500).end(error.stack),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
      // Whoever asked was told why it could not be made.
      return made ? made.catch(() => undefined) : Promise.resolve(undefined);
    },
  };
}

export async function askAt(url: string): Promise<string> {
  const response = await fetch(url);
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer;
}
