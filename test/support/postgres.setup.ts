import type { TestProject } from 'vitest/node';
import { PostgresServer } from '../../tools/servers/postgres/server.mjs';
import { openDesk } from './desk.js';

/** One PostgreSQL for the whole run. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const desk = await openDesk(
    () => PostgresServer.start({ inMemory: true }),
    ({ url }) => url,
  );
  project.provide('postgres', desk.url);
  return async () => (await desk.close())?.close();
}
