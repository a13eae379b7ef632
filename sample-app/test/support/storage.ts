import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Pool } from 'pg';
import { inject, onTestFinished } from 'vitest';
import { createDatabase } from '../../../test/support/postgres.js';
import { createPrefix, keysOf, redisClient } from '../../../test/support/redis.js';
import type { Database } from '../../database/database.js';
import type { DatabaseConfig } from '../../database/database.config.js';
import type { RedisConfig } from '../../redis/redis.config.js';
import { temporaryFolder } from './temporary-folder.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the sample app keeps its orders in; a file where nothing is said. */
    storage?: 'postgres';
    /** What it keeps in what is scheduled; the database of the orders where nothing is said. */
    scheduler?: 'redis';
  }
}

/** A place for orders, and for what is scheduled, that is the test's own, and what can be done to it behind the app's back. */
export interface Storage extends OrderStorage {
  readonly redis: RedisConfig;
}

interface OrderStorage {
  readonly config: DatabaseConfig;
  allOrders(database: Database): Promise<unknown[]>;
  refuseCommits(database: Database): Promise<void>;
  /** Whether a unit of work waits for the end of another. */
  someoneWaits(database: Database): Promise<boolean>;
}

/** Of the kind that the specs run for. It goes with the test. */
export async function newStorage(kind: 'file' | 'postgres' = inject('storage') ?? 'file'): Promise<Storage> {
  const redis = inject('scheduler') === 'redis' ? await newPrefix() : { prefix: '' };
  return { ...(await (kind === 'postgres' ? newPostgres() : newFile())), redis };
}

async function newPrefix(): Promise<RedisConfig> {
  const { connection: url, prefix } = await createPrefix();
  const client = redisClient(url);
  onTestFinished(async () => {
    const keys = await keysOf(client, prefix);
    if (keys.length > 0) await client.unlink(keys);
  });
  return { url, prefix };
}

async function newFile(): Promise<OrderStorage> {
  return {
    config: { file: join(temporaryFolder(), 'data', 'orders.db') },
    allOrders: async (database: DatabaseSync) => database.prepare('SELECT * FROM orders').all(),
    async refuseCommits(database: DatabaseSync) {
      database.exec(`
        CREATE TABLE allowed (id TEXT PRIMARY KEY);
        CREATE TABLE refused (id TEXT REFERENCES allowed DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER refuse AFTER INSERT ON orders BEGIN INSERT INTO refused VALUES (new.id); END`);
    },
    // In line, before it says a word to the database.
    someoneWaits: async () => true,
  };
}

async function newPostgres(): Promise<OrderStorage> {
  return {
    config: { url: await createDatabase(), file: '' },
    allOrders: async (database: Pool) => (await database.query('SELECT * FROM orders')).rows,
    async refuseCommits(database: Pool) {
      await database.query(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION refuse()`);
    },
    async someoneWaits(database: Pool) {
      const { rows } = await database.query(`
        SELECT 1 FROM pg_locks JOIN pg_database ON oid = database WHERE datname = current_database() AND NOT granted`);
      return rows.length > 0;
    },
  };
}
