import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Pool } from 'pg';
import { inject, vi } from 'vitest';
import { createDatabase } from '../../../test/support/postgres.js';
import type { Database } from '../../database/database.js';
import type { DatabaseConfig } from '../../database/database.config.js';
import { temporaryFolder } from './temporary-folder.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the sample app runs on; a file where nothing is said. */
    storage?: 'postgres';
  }
}

/** A place for orders that is the test's own, and what can be done to it behind the app's back. */
export interface Storage {
  readonly config: DatabaseConfig;
  allOrders(database: Database): Promise<unknown[]>;
  refuseCommits(database: Database, message: string): Promise<void>;
}

/** Of the kind that the specs run for. It goes with the test. */
export function newStorage(): Promise<Storage> {
  return inject('storage') === 'postgres' ? newPostgres() : newFile();
}

async function newFile(): Promise<Storage> {
  return {
    config: { file: join(temporaryFolder(), 'data', 'orders.db') },
    allOrders: async (database: DatabaseSync) => database.prepare('SELECT * FROM orders').all(),
    async refuseCommits(database: DatabaseSync, message) {
      const exec = database.exec.bind(database);
      vi.spyOn(database, 'exec').mockImplementation((sql) => {
        if (sql === 'COMMIT') throw new Error(message);
        exec(sql);
      });
    },
  };
}

async function newPostgres(): Promise<Storage> {
  return {
    config: { url: await createDatabase(), file: '' },
    allOrders: async (database: Pool) => (await database.query('SELECT * FROM orders')).rows,
    async refuseCommits(database: Pool, message) {
      await database.query(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE '${message}'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION refuse()`);
    },
  };
}
