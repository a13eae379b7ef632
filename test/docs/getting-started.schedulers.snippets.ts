// The one line for each scheduler in docs/getting-started.md: getting-started.spec.ts runs the app with each.
import { EventFlowJobsModule, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';

export const inProcess = () => [
  // #region in-process
  EventFlowJobsModule.forRoot({ scheduler: inProcessScheduler() }),
  // #endregion
];

export const sqlite = (file: string) => [
  // #region sqlite
  EventFlowJobsModule.forRoot({ scheduler: sqliteScheduler({ file }) }), // './data/jobs.db', say
  // #endregion
];

export const postgres = (connectionString: string) => [
  // #region postgres
  EventFlowJobsModule.forRoot({ scheduler: pgBossScheduler({ connectionString }) }), // 'postgres://...'
  // #endregion
];

export const redis = (connection: string) => [
  // #region redis
  EventFlowJobsModule.forRoot({ scheduler: bullMqScheduler({ connection }) }), // 'redis://localhost:6379', say
  // #endregion
];
