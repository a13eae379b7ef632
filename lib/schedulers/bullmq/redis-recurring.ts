import type { RecurringChange } from '../../engine/entry-store.js';
import type { NewRecurring, StoredRecurring } from '../../scheduling/recurring.js';
import type { NewEntry } from '../../scheduling/stored-entry.js';
import type { Argument, RedisAccess } from './redis-access.js';
import { type InsertAnswer, insertArguments } from './redis-insert.js';

/** How long a declaration that nobody makes any more is remembered, in ms. */
const REMEMBERED = 24 * 60 * 60 * 1_000;

type Row = [id: string, definition: string, next: string, last: string];

/** Recurring jobs. What they are is kept here as well, since a worker asks each time that it looks for work. */
export class RedisRecurring {
  private known: readonly StoredRecurring[] = [];

  constructor(private readonly access: RedisAccess) {}

  all(): readonly StoredRecurring[] {
    return this.known;
  }

  async refresh(): Promise<void> {
    const rows = await this.access.run<Row[]>('allRecurring');
    this.known = rows.flatMap((row) => toRecurring(row) ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Also one that is set aside. Made anew from what stands, until nobody has changed that meanwhile. */
  async update(id: string, worker: string | undefined, change: RecurringChange): Promise<void> {
    for (;;) {
      const row = await this.access.run<[string, string, string] | null>('findRecurring', [id]);
      const changed = change(row ? toRecurring([id, ...row]) : undefined);
      if (!changed) return;
      const { id: _, nextRunAt, lastRunAt, ...definition } = changed;
      const done = await this.access.run<number>('putRecurring', [
        id,
        row?.[0] ?? '',
        row?.[1] ?? '',
        JSON.stringify(definition),
        nextRunAt ?? '',
        lastRunAt ?? '',
        changed.declared ? 1 : 0,
        worker ?? '',
      ]);
      if (done === 1) return;
    }
  }

  async delete(id: string): Promise<boolean> {
    return (await this.access.run<number>('deleteRecurring', [id])) === 1;
  }

  /** Moves on and inserts the tick's entry, where nobody else has: of all workers one does. */
  async tick(
    { id, nextRunAt }: StoredRecurring,
    after: StoredRecurring,
    entry: NewEntry | undefined,
    deadline: number,
  ): Promise<boolean> {
    const move: Argument[] = [id, nextRunAt ?? '', after.nextRunAt ?? '', after.lastRunAt ?? ''];
    const answer = entry
      ? await this.access.work<InsertAnswer>('tick', [...insertArguments([entry], 'all', deadline), ...move])
      : await this.access.work<InsertAnswer>('moveOn', move);
    return answer[0] === 'stored';
  }

  /** Sets aside what no living worker declares. */
  async sweep(): Promise<void> {
    await this.access.work('sweepRecurring', [REMEMBERED]);
  }
}

/** Nothing, where it was edited beyond reading: the others are to tick all the same. */
function toRecurring([id, definition, next, last]: Row): StoredRecurring | undefined {
  const readable = definitionFrom(definition);
  return (
    readable && {
      ...readable,
      id,
      ...(isTime(next) && { nextRunAt: Number(next) }),
      ...(isTime(last) && { lastRunAt: Number(last) }),
    }
  );
}

type Definition = Omit<NewRecurring, 'id'> & { anchor: number };

function definitionFrom(text: string): Definition | undefined {
  try {
    const definition = JSON.parse(text) as Definition;
    const { stored, schedule } = definition;
    return typeof stored.name === 'string' && typeof schedule === 'object' ? definition : undefined;
  } catch {
    return undefined;
  }
}

function isTime(text: string): boolean {
  return text !== '' && Number.isFinite(Number(text));
}
