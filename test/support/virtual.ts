import type { EventFlowJobsModuleOptions } from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { type TestApp, startApp } from './app.js';

/** Waits but a moment of real time for an attempt that has a timeout: those of our tests either end at once or never. */
export class ImpatientScheduler extends TestJobScheduler {
  constructor() {
    super({ patience: 50 });
  }
}

/** A running app whose time passes when the test says so. */
export async function startVirtual(
  options: EventFlowJobsModuleOptions = {},
  metadata: Parameters<typeof startApp>[1] = {},
): Promise<TestApp & { scheduler: TestJobScheduler }> {
  const app = await startApp({ scheduler: ImpatientScheduler, ...options }, metadata);
  return app as TestApp & { scheduler: TestJobScheduler };
}
