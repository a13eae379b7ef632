import type { JobContext } from './job-context.interface.js';

/**
 * Something to be done later: its data lies in its fields, its work in `execute`.
 *
 * The fields are stored and come back on a fresh instance **without a call of the constructor**; services come from
 * `context.get(token)`, not from the constructor.
 *
 * @publicApi
 */
export interface Job {
  /** Does the work. What it throws, or what its promise rejects with, is a failed attempt. */
  execute(context: JobContext): Promise<void> | void;
}
