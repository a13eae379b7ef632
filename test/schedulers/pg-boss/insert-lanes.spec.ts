import { describe, expect, it } from 'vitest';
import { SchedulerUnavailableError } from 'nestjs-eventflow-jobs';
import { InsertLanes } from '../../../lib/schedulers/pg-boss/insert-lanes.js';
import type { NewEntry } from '../../../lib/scheduling/stored-entry.js';
import { until } from '../../support/until.js';

const entry = (id: string) => ({ id }) as NewEntry;
const results = (entries: readonly NewEntry[]) => entries.map(({ id }) => ({ id, inserted: true }));

/** Lanes whose statements end when the test says so. */
function lanes(patience = 60_000) {
  const statements: { ids: string[]; end: () => void }[] = [];
  const made = new InsertLanes(
    (entries) =>
      new Promise((resolve) =>
        statements.push({ ids: entries.map(({ id }) => id), end: () => resolve(results(entries)) }),
      ),
    patience,
  );
  return { lanes: made, statements };
}

describe('Entries on their way to PostgreSQL', () => {
  it('two statements at once, and what comes meanwhile goes together into the next', async () => {
    const { lanes: made, statements } = lanes();
    const calls = ['a', 'b', 'c', 'd', 'e'].map((id) => made.add([entry(id)]));
    expect(statements.map(({ ids }) => ids)).toEqual([['a'], ['b']]);

    statements[0]!.end();
    expect(await calls[0]).toEqual([{ id: 'a', inserted: true }]);
    await until(() => statements.length === 3, 'the third statement');
    expect(statements[2]!.ids).toEqual(['c', 'd', 'e']);
    statements[2]!.end();
    expect(await calls[4]).toEqual([{ id: 'e', inserted: true }]);
  });

  it('one that the server refuses does not harm the others', async () => {
    const refusal = Object.assign(new Error('invalid byte sequence'), { code: '22021' });
    const made = new InsertLanes(async (entries) => {
      if (entries.some(({ id }) => id === 'bad')) throw refusal;
      return results(entries);
    }, 60_000);
    const fates = await made.add(['a', 'b', 'bad', 'c', 'd'].map(entry));
    expect(fates).toEqual([...results(['a', 'b'].map(entry)), refusal, ...results(['c', 'd'].map(entry))]);
  });

  it('a server that is away is not asked again for each', async () => {
    let asked = 0;
    const made = new InsertLanes(async () => {
      asked += 1;
      throw new Error('connect ECONNREFUSED');
    }, 60_000);
    await expect(made.add(['a', 'b', 'c'].map(entry))).rejects.toThrow('ECONNREFUSED');
    expect(asked).toBe(1);
  });

  it('what could not be begun in time is never stored behind its caller’s back', async () => {
    const { lanes: made, statements } = lanes(30);
    const first = [made.add([entry('a')]), made.add([entry('b')])];
    const late = made.add([entry('c')]).catch((error: unknown) => error);
    const asked = performance.now();
    await until(() => performance.now() - asked > 30, 'the call to be given up');
    for (const { end } of statements) end();
    expect(await late).toBeInstanceOf(SchedulerUnavailableError);
    expect(statements.flatMap(({ ids }) => ids)).toEqual(['a', 'b']);
    await Promise.all(first);
  });
});
