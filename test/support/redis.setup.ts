import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { RedisServer } from '../../tools/servers/redis/server.mjs';

/** One Redis for the whole run, started when the first spec asks for it: most runs of a few specs never do. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<RedisServer> | undefined;
  const desk = createServer((_request, response) => {
    server ??= RedisServer.start();
    server.then(
      ({ url }) => response.end(url),
      (error: Error) => response.writeHead(500).end(error.stack),
    );
  });
  desk.listen(0, '127.0.0.1');
  await once(desk, 'listening');
  project.provide('redis', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);
  return async () => {
    desk.close();
    desk.closeAllConnections();
    const started = await server?.catch(() => undefined);
    await started?.close();
  };
}
