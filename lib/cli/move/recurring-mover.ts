import type { JobScheduler } from '../../scheduling/job-scheduler.js';

/** Their ids. */
export interface MovedRecurring {
  readonly copied: string[];
  /** The target has one of this id. */
  readonly known: string[];
}

/** With where their ticks are counted from, the next and the last of them, and a pause. */
export async function moveRecurring(source: JobScheduler, target: JobScheduler): Promise<MovedRecurring> {
  const moved: MovedRecurring = { copied: [], known: [] };
  if (!source.capabilities.has('recurring')) return moved;
  for (const recurring of await source['findRecurring']()) {
    const isNew = await target['adoptRecurring'](recurring);
    moved[isNew ? 'copied' : 'known'].push(recurring.id);
  }
  return moved;
}
