import type { JobId } from '../../jobs/job-id.js';
import { endOfPiece } from '../../scheduling/gathered-calls.js';
import type { JobScheduler } from '../../scheduling/job-scheduler.js';
import type { WorkerEntry } from '../../scheduling/job-entry.js';
import type { Adoption, StoredEntry } from '../../scheduling/stored-entry.js';
import { movable } from './movable.js';
import { MoveProgress } from './progress.js';

/** Entries may be large: a page of them is to fit into memory. */
const PAGE = 200;

/** What became of the entries of the source. */
export interface MovedEntries {
  copied: number;
  /** On the target already. */
  known: number;
  /** Of those copied: they ran when their worker died, and wait again. */
  resumed: number;
  /** Of those copied: that was their last attempt. */
  failed: JobId[];
  conflicts: Adoption['conflicts'][number][];
  /** They run on a worker of the source that lives. */
  running: JobId[];
  /** They were told to stop, and their worker died. */
  cancelled: JobId[];
}

/** Page by page, in the order of scheduling. What came before an interruption is found as known. */
export async function moveEntries(
  source: JobScheduler,
  target: JobScheduler,
  workers: readonly WorkerEntry[],
): Promise<MovedEntries> {
  const moved: MovedEntries = {
    copied: 0,
    known: 0,
    resumed: 0,
    failed: [],
    conflicts: [],
    running: [],
    cancelled: [],
  };
  let living = idsOf(workers);
  const { scheduled, parked, running } = await source.counts();
  const progress = new MoveProgress(scheduled + parked + running);
  let cursor: string | undefined;
  do {
    const page = await source['listEntries']({
      states: ['scheduled', 'running', 'parked'],
      order: 'oldest-first',
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    const isUnknown = ({ state, worker }: StoredEntry) => state === 'running' && !living.has(worker ?? '');
    // A worker may have come since, under --force or by a process manager.
    if (page.entries.some(isUnknown)) living = idsOf(await source.workers());
    const ready = page.entries.flatMap((entry) => {
      const one = movable(entry, living, Date.now());
      if ('entry' in one) return [one.entry];
      moved[one.left].push(entry.id);
      return [];
    });
    const ran = new Set(page.entries.filter(({ state }) => state === 'running').map(({ id }) => id));
    await adoptAll(target, ready, ran, moved);
    progress.add(page.entries.length);
    ({ cursor } = page);
  } while (cursor !== undefined);
  progress.end();
  return moved;
}

function idsOf(workers: readonly WorkerEntry[]): ReadonlySet<string> {
  return new Set(workers.map(({ id }) => id));
}

async function adoptAll(
  target: JobScheduler,
  entries: readonly StoredEntry[],
  ran: ReadonlySet<JobId>,
  moved: MovedEntries,
): Promise<void> {
  for (let from = 0; from < entries.length;) {
    const to = endOfPiece(entries, from, target['pieceSize']);
    const piece = entries.slice(from, to);
    const { adopted, known, conflicts } = await target['adoptEntries'](piece);
    moved.copied += adopted.length;
    moved.known += known.length;
    moved.conflicts.push(...conflicts);
    const states = new Map(piece.map(({ id, state }) => [id, state]));
    for (const id of adopted) {
      if (states.get(id) === 'failed') moved.failed.push(id);
      else if (ran.has(id)) moved.resumed += 1;
    }
    from = to;
  }
}
