import type { IEvent } from '@nestjs/cqrs';
import type { JobEntry } from '../scheduling/job-entry.js';

/**
 * Published on the Nest `EventBus` when an entry has failed for good, in the process that ran it, so that a saga can
 * compensate.
 *
 * @publicApi
 */
export class JobFailedEvent implements IEvent {
  constructor(
    readonly entry: JobEntry,
    readonly error: Error,
  ) {}
}
