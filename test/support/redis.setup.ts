import type { TestProject } from 'vitest/node';
import { RedisServer } from '../../tools/servers/redis/server.mjs';
import { openDesk } from './desk.js';

/** One Redis for the whole run. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const desk = await openDesk(
    () => RedisServer.start(),
    ({ url }) => url,
  );
  project.provide('redis', desk.url);
  return async () => (await desk.close())?.close();
}
