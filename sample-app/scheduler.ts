import { DatabaseSync } from 'node:sqlite';
import { Logger } from '@nestjs/common';
import type { SchedulerFactory } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import type { Database } from './database/database.js';
import type { RedisConfig } from './redis/redis.config.js';

const logger = new Logger('Scheduler');

/** The one place that says which scheduler the app runs on: with a URL Redis, else one that shares the orders' database. */
export function chooseScheduler(database: Database, { url, prefix }: RedisConfig): SchedulerFactory {
  logger.log(`What is scheduled lies in ${url ? 'Redis' : 'the same database'}`);
  if (url) return bullMqScheduler({ connection: url, prefix });
  return database instanceof DatabaseSync
    ? sqliteScheduler({ database })
    : pgBossScheduler({ pool: database });
}
