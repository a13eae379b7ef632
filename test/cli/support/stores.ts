import { join } from 'node:path';
import type { SchedulerFactory } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { createDatabase } from '../../support/postgres.js';
import { createPrefix } from '../../support/redis.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A store that nobody else uses. */
export interface Store {
  /** As it is given on the command line. */
  readonly address: string;
  /** What a process is told to open it. */
  readonly options: {
    file?: string;
    connectionString?: string;
    redis?: { connection: string; prefix: string };
  };
  readonly scheduler: () => SchedulerFactory;
}

export type StoreKind = keyof typeof STORES;

export function createStore(kind: StoreKind): Promise<Store> {
  return STORES[kind]();
}

export function storeIn(file: string): Store {
  return { address: `sqlite:${file}`, options: { file }, scheduler: () => sqliteScheduler({ file }) };
}

const STORES = {
  sqlite: async (): Promise<Store> => storeIn(join(temporaryFolder(), 'jobs.db')),
  async 'pg-boss'(): Promise<Store> {
    const connectionString = await createDatabase();
    return {
      address: connectionString,
      options: { connectionString },
      scheduler: () => pgBossScheduler({ connectionString }),
    };
  },
  async bullmq(): Promise<Store> {
    const redis = await createPrefix();
    return {
      address: `${redis.connection}?prefix=${encodeURIComponent(redis.prefix)}`,
      options: { redis },
      scheduler: () => bullMqScheduler(redis),
    };
  },
};
