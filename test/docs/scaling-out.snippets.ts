// The code blocks of docs/scaling-out.md: each region stands there word for word, and scaling-out.spec.ts runs them.
import { EventFlowJobsModule } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import type { BullMqSchedulerOptions } from 'nestjs-eventflow-jobs/bullmq';

type Connection = BullMqSchedulerOptions['connection'];

export const api = (connection: Connection) => [
  // #region api
  EventFlowJobsModule.forRoot({
    scheduler: bullMqScheduler({ connection }),
    worker: false, // this process schedules, others work
  }),
  // #endregion
];

export const mailWorker = (connection: Connection) => [
  // #region queues
  EventFlowJobsModule.forRoot({
    scheduler: bullMqScheduler({ connection, queues: ['mail'] }), // this process works on no other queue
    worker: { concurrency: 50 },
  }),
  // #endregion
];

export const redisPart = (connection: Connection, part: string) => [
  // #region prefix
  EventFlowJobsModule.forRoot({
    scheduler: bullMqScheduler({ connection, prefix: `{jobs-${part}}` }), // part: 'eu', 'us'
  }),
  // #endregion
];

export const postgresPart = (connectionString: string, part: string) => [
  // #region schema
  EventFlowJobsModule.forRoot({
    scheduler: pgBossScheduler({ connectionString, schema: `jobs_${part}` }),
  }),
  // #endregion
];
