import { Inject, Injectable } from '@nestjs/common';
import {
  DEFAULT_SHUTDOWN_TIMEOUT,
  EVENTFLOW_JOBS_OPTIONS,
  type EventFlowJobsModuleOptions,
} from '../eventflow-jobs.options.js';
import { LineLogger } from '../jobs/line.logger.js';
import { durationOr } from '../scheduling/duration.js';
import { JobScheduler } from '../scheduling/job-scheduler.js';
import { RecurringDeclarations } from './recurring-declarations.js';

/**
 * The loop that claims due entries and runs them. The module starts it after every module's bootstrap and stops it
 * first at shutdown; inject it to do so yourself, with `worker: { autoStart: false }`.
 *
 * @publicApi
 */
@Injectable()
export class JobWorker {
  private readonly logger = new LineLogger(JobWorker.name);
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly scheduler: JobScheduler,
    private readonly declarations: RecurringDeclarations,
    @Inject(EVENTFLOW_JOBS_OPTIONS) private readonly options: EventFlowJobsModuleOptions,
  ) {}

  /** Begins to claim and run entries; nothing happens where it runs already. During a stop it waits for its end. */
  start(): Promise<void> {
    return this.inTurn(() => this.begin());
  }

  /** Claims no more, and waits for what runs, for `shutdownTimeout` at most; then aborts it and puts it back. */
  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  /** Called when every module's bootstrap is done. */
  async onStarted(): Promise<void> {
    if (this.scheduler instanceof JobScheduler) await this.scheduler['onStarted']();
    const { worker = true } = this.options;
    if (typeof worker === 'object' ? worker.autoStart !== false : worker) await this.start();
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.last.then(step);
    this.last = done.catch(() => {}); // whoever called is told
    return done;
  }

  private async begin(): Promise<void> {
    if (!(this.scheduler instanceof JobScheduler)) return; // a test's double: nothing to run
    await this.scheduler['opened']();
    await this.declareRecurring();
    await this.scheduler['startWork'](typeof this.options.worker === 'object' ? this.options.worker : {});
  }

  private async end(): Promise<void> {
    if (!(this.scheduler instanceof JobScheduler)) return;
    await this.scheduler['stopWork'](durationOr(this.options.shutdownTimeout, DEFAULT_SHUTDOWN_TIMEOUT));
  }

  private async declareRecurring(): Promise<void> {
    const declared = await this.declarations.plan();
    if (this.scheduler.capabilities.has('recurring')) {
      await this.scheduler['declareRecurring'](declared);
    } else if (declared.length > 0) {
      const ids = declared.map(({ id }) => `'${id}'`).join(', ');
      this.logger.warn(
        `@RecurringJob ${ids} will never run on ${this.scheduler.constructor.name}: choose inProcessScheduler() or a ` +
          'durable scheduler.',
      );
    }
  }
}
