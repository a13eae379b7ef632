import type { WorkerEntry } from '../../scheduling/job-entry.js';
import { countText } from './count-text.js';
import type { MovedEntries } from './entries-mover.js';
import type { MovedRecurring } from './recurring-mover.js';
import { nameOf } from './source-workers.js';

/** What has come of it. */
export interface MoveReport {
  readonly entries: MovedEntries;
  readonly recurring: MovedRecurring;
  /** On the source: the target has no pauses of its own by this. */
  readonly pausedQueues: readonly string[];
  /** That work on the source at the end. */
  readonly workers: readonly Pick<WorkerEntry, 'id' | 'host' | 'pid'>[];
}

/** Whether the source has nothing left that the target should have. */
export function isComplete({ entries, workers }: MoveReport): boolean {
  return entries.conflicts.length === 0 && entries.running.length === 0 && workers.length === 0;
}

export function linesOf(report: MoveReport & { from: string; to: string }): string[] {
  const { entries, recurring, pausedQueues, workers } = report;
  const { conflicts, running, cancelled, failed, resumed } = entries;
  return [
    `From ${report.from}`,
    `to   ${report.to}`,
    `Entries: ${countText(entries.copied)} copied, ${countText(entries.known)} there already, ` +
      `${countText(conflicts.length + running.length)} left behind.`,
    `Recurring jobs: ${recurring.copied.length} copied, ${recurring.known.length} there already.`,
    ...(resumed > 0
      ? [`${countText(resumed)} ran when their worker died: they wait for their next attempt.`]
      : []),
    ...failed.map(
      (id) => `${id}: its worker died in its last attempt. It has failed; retry() runs it again.`,
    ),
    ...cancelled.map((id) => `${id}: it was cancelled while it ran, and its worker died. It was not copied.`),
    ...conflicts.map(
      ({ id, key, holder }) =>
        `${id}: left behind, since the entry ${holder} of the target holds its key '${key}'.`,
    ),
    ...running.map((id) => `${id}: left behind, since it runs. Move again when it has ended.`),
    ...(pausedQueues.length > 0
      ? [`Paused on the source, and not by this on the target: ${pausedQueues.join(', ')}.`]
      : []),
    ...workers.map((one) => `On the source there works ${nameOf(one)}: what it ran meanwhile may run twice.`),
  ];
}
