import type { JobContext } from './job-context.interface.js';
import type { EntryToSchedule, JobInterceptor } from './job-interceptor.interface.js';
import type { JobId } from './job-id.js';
import type { Job } from './job.interface.js';

/** The app's interceptors as one chain. */
export class JobInterceptors {
  private readonly aroundSchedule: JobInterceptor[] = [];
  private readonly aroundExecute: JobInterceptor[] = [];

  use(interceptors: readonly JobInterceptor[]): void {
    this.aroundSchedule.push(...interceptors.filter((one) => typeof one.schedule === 'function'));
    this.aroundExecute.push(...interceptors.filter((one) => typeof one.execute === 'function'));
  }

  /** Whether any of them stands around scheduling. */
  get surroundSchedule(): boolean {
    return this.aroundSchedule.length > 0;
  }

  schedule(entry: EntryToSchedule, store: () => Promise<JobId>): Promise<JobId> {
    return this.aroundSchedule.reduceRight<() => Promise<JobId>>(
      (next, interceptor) => async () => interceptor.schedule!(entry, next),
      store,
    )();
  }

  async execute(context: JobContext, job: Job): Promise<void> {
    if (this.aroundExecute.length === 0) return job.execute(context);
    await this.aroundExecute.reduceRight<() => Promise<void>>(
      (next, interceptor) => async () => interceptor.execute!(context, next),
      async () => job.execute(context),
    )();
  }
}
