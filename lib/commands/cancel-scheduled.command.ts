import type { IdOrKey } from '../scheduling/job-entry.js';

/**
 * A command that cancels a scheduled entry, for sagas. Nothing happens where it is no longer pending.
 *
 * @publicApi
 */
export class CancelScheduledCommand {
  constructor(readonly idOrKey: IdOrKey) {}
}
