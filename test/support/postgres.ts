import pg from 'pg';
import { afterAll, inject, onTestFinished } from 'vitest';
import * as databases from '../../tools/servers/postgres/database.mjs';
import { PostgresServer } from '../../tools/servers/postgres/server.mjs';
import { askAt } from './desk.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for the run's server. */
    postgres: string;
  }
}

/**
 * The URL of a new, empty database, on the server of `DATABASE_URL` or else on the one that this run shares. It is dropped
 * when the test ends, or, where it was asked for outside of one, when all tests of the file have.
 */
export async function createDatabase(): Promise<string> {
  const { url, drop } = await databases.createDatabase(await sharedServer());
  atEnd(drop);
  return url;
}

/**
 * A pool that its caller ends. `end()` does not wait for its connections to be closed: the database may go before, and
 * nobody is to hear of that.
 */
export function createPool(connectionString: string, options?: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ connectionString, ...options });
  pool.on('error', () => {});
  return pool;
}

/** A server of the test's own, to stop, freeze and start again. */
export async function startPostgres(
  options?: Parameters<typeof PostgresServer.start>[0],
): Promise<PostgresServer> {
  const server = await PostgresServer.start({ inMemory: true, ...options });
  atEnd(() => server.close());
  return server;
}

async function sharedServer(): Promise<string> {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  return askAt(inject('postgres'));
}

function atEnd(action: () => Promise<void>): void {
  try {
    onTestFinished(action);
  } catch {
    afterAll(action);
  }
}
