import { inProcessScheduler } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { withFile } from './sqlite.mjs';
import { withDatabase } from './postgres.mjs';
import { withRedis } from './redis.mjs';

/** The schedulers that are soaked, each on a store of its own while `run` lasts. */
export const SOAKED = {
  'in-process': (run) => run(inProcessScheduler()),
  sqlite: (run) => withFile((file) => run(sqliteScheduler({ file, retention: { count: 1_000 } }))),
  pg: (run) =>
    withDatabase((connectionString) => run(pgBossScheduler({ connectionString, retention: { age: '10s' } }))),
  redis: (run) =>
    withRedis((connection, prefix) =>
      run(bullMqScheduler({ connection, prefix, retention: { count: 1_000 } })),
    ),
};
