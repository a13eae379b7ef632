import type { JobContext } from './job-context.interface.js';
import type { JobId } from './job-id.js';
import type { Job } from './job.interface.js';

/**
 * What an interceptor sees of an entry before it is stored.
 *
 * @publicApi
 */
export interface EntryToSchedule {
  /** Travels with the entry; an interceptor may add to it. */
  metadata: Record<string, string>;
  readonly job: Job;
  /** The name of the job's definition. */
  readonly name: string;
  readonly version: number;
  /** For a `PublishCommand`: the command it holds. */
  readonly command?: { readonly name: string; readonly version: number };
  readonly queue: string;
  readonly key?: string;
  /** `next` gives another one where the entry is not stored because its key is taken. A recurring job has none. */
  readonly id?: JobId;
  /** When it is due. A recurring job has a schedule instead. */
  readonly runAt?: Date;
  /** The id of a recurring job, where it is one. */
  readonly recurring?: string;
}

/**
 * Stands around every scheduling and every attempt. A Nest provider: list its class in `interceptors`; the first one
 * is the outermost.
 *
 * @publicApi
 */
export interface JobInterceptor {
  /**
   * Around a scheduling. What it puts in `entry.metadata` travels with the entry. `next` stores it, or hands it to the
   * next interceptor, and gives its id. In `scheduleMany` it resolves once the `next` of every entry was called, since
   * all are stored as one: an interceptor that lets in one entry after the other would wait for ever.
   */
  schedule?(entry: EntryToSchedule, next: () => Promise<JobId>): Promise<JobId>;
  /** Around an attempt. What it throws fails the attempt. */
  execute?(context: JobContext, next: () => Promise<void>): Promise<void>;
}
