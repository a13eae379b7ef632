import type { JobContext } from './job-context.interface.js';
import type { JobId } from './job-id.js';
import type { Job } from './job.interface.js';

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
  schedule?(
    entry: { metadata: Record<string, string>; readonly job: Job },
    next: () => Promise<JobId>,
  ): Promise<JobId>;
  /** Around an attempt. What it throws fails the attempt. */
  execute?(context: JobContext, next: () => Promise<void>): Promise<void>;
}
