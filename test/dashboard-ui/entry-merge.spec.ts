import { describe, expect, it } from 'vitest';
import type { EntrySummary } from '../../dashboard-ui/src/api/types.js';
import { merged } from '../../dashboard-ui/src/state/entry-merge.js';

/** Scheduled at this second. */
const entry = (second: number, more: Partial<EntrySummary> = {}): EntrySummary => ({
  id: `e${second}`,
  name: 'SendReceipt',
  version: 1,
  state: 'scheduled',
  runAt: '2026-01-01T01:00:00.000Z',
  scheduledAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  attempt: 0,
  attempts: 10,
  queue: 'default',
  priority: 0,
  ...more,
});
const entries = (...seconds: number[]) => seconds.map((second) => entry(second));
const nobody = new Set<string>();
const shown = (some: EntrySummary[], cursor?: string) => ({
  entries: some,
  left: nobody,
  ...(cursor !== undefined && { cursor }),
});
const ids = (some: readonly EntrySummary[]) => some.map(({ id }) => id).join(' ');

describe('A list that is read, when it is asked for again', () => {
  it('shows what has changed where it stands', () => {
    const page = { entries: [entry(3), entry(2, { state: 'running' }), entry(1)] };
    const next = merged(shown(entries(3, 2, 1)), page, nobody, true);
    expect(next.entries.map(({ state }) => state)).toEqual(['scheduled', 'running', 'scheduled']);
    expect(next.fresh).toBe(0);
  });

  it('counts what came, and shows none of it', () => {
    const next = merged(shown(entries(3, 2), 'c'), { entries: entries(5, 4), cursor: 'd' }, nobody, true);
    expect(ids(next.entries)).toBe('e3 e2');
    expect(next).toMatchObject({ fresh: 2, cursor: 'c' });
    // Those were pushed onto the next page, and are where they were.
    expect(next.left.size).toBe(0);
  });

  it('does not count what moved up from the next page', () => {
    const next = merged(
      shown(entries(5, 4, 3), 'c'),
      { entries: entries(5, 3, 2), cursor: 'd' },
      nobody,
      true,
    );
    expect(ids(next.entries)).toBe('e5 e4 e3');
    expect(next).toMatchObject({ fresh: 0, cursor: 'c' });
    expect([...next.left]).toEqual(['e4']);
  });

  it('takes away at once what the reader has changed', () => {
    const next = merged(shown(entries(3, 2, 1)), { entries: entries(3, 1) }, new Set(['e2']), true);
    expect(ids(next.entries)).toBe('e3 e1');
  });

  it('is renewed where nothing of it is left', () => {
    const next = merged(shown(entries(2, 1)), { entries: entries(7, 6) }, new Set(['e2', 'e1']), true);
    expect(ids(next.entries)).toBe('e7 e6');
    expect(next.fresh).toBe(0);
    expect(ids(merged(shown([]), { entries: entries(9) }, nobody, true).entries)).toBe('e9');
  });
});
