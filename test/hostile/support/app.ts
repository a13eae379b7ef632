import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  CommandScheduler,
  EventFlowJobsModule,
  type EventFlowJobsModuleOptions,
  JobScheduler,
} from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { until } from '../../support/until.js';
import { DeedJob, HostileHandler, HostileJob, JudgedJob, SentinelJob, arrived } from './jobs.js';
import { type Output, captureOutput } from './output.js';

export interface HostileApp {
  readonly scheduler: JobScheduler;
  readonly commands: CommandScheduler;
  readonly output: Output;
  /** What is due has run, one scheduled behind it as well: the worker goes on. */
  sentinel(): Promise<void>;
  close(): Promise<void>;
}

let sentinels = 0;

/** One app for all that is thrown at a scheduler: what one case breaks, the next one shows. */
export async function startHostileApp(
  scheduler: NonNullable<EventFlowJobsModuleOptions['scheduler']>,
): Promise<HostileApp> {
  const module = await Test.createTestingModule({
    imports: [
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot({
        jobs: [HostileJob, DeedJob, SentinelJob, JudgedJob],
        scheduler,
        shutdownTimeout: 0,
      }),
    ],
    providers: [HostileHandler],
  }).compile();
  const nest = module.createNestApplication({ logger: false });
  const output = captureOutput();
  await nest.init();
  const jobs = nest.get(JobScheduler);
  return {
    scheduler: jobs,
    commands: nest.get(CommandScheduler),
    output,
    async sentinel() {
      const number = (sentinels += 1);
      await jobs.scheduleNow(new SentinelJob(number), { priority: -1_000_000 });
      if (jobs instanceof TestJobScheduler) await jobs.runDue();
      await until(() => arrived.has(number), 'what was scheduled behind it');
    },
    async close() {
      await nest.close();
      output.release();
    },
  };
}
