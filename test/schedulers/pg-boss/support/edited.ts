import type { JobState } from 'nestjs-eventflow-jobs';
import { createDatabase } from '../../../support/postgres.js';
import { until } from '../../../support/until.js';
import { NoteJob, openPool, ran, startOn } from './note.job.js';

const HOSTILE = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
const PLAIN = { name: 'Note', version: 1, attempts: 3, at: 0, payload: '{"json":{"text":"edited"}}' };
const plainBut = (part: object) => JSON.stringify({ ...PLAIN, ...part });

const JSON_JUNK = ['null', '7', '"x"', '[]', '[1]', '{}', 'true', '1e300', HOSTILE];
const TIMES = ['infinity', '-infinity', '4713-01-01 BC', '290000-01-01'];

/** What somebody may have written into a column of pg-boss's table, in all its kinds and shapes. */
const COLUMNS: Readonly<Record<string, readonly (string | null)[]>> = {
  data: [
    null,
    ...JSON_JUNK,
    plainBut({ payload: 'x{' }),
    plainBut({ payload: 7 }),
    plainBut({ payload: `{"json":${HOSTILE}}` }),
    plainBut({ payload: '{"json":{},"meta":{"values":{"__proto__":["class"]}}}' }),
    plainBut({ name: '__proto__' }),
    plainBut({ name: 'Unregistered' }),
    plainBut({ name: {} }),
    plainBut({ version: 1e300 }),
    plainBut({ version: '1' }),
    plainBut({ attempts: 'many' }),
    plainBut({ attempts: 1e300 }),
    plainBut({ attempts: -1 }),
    plainBut({ at: 'once' }),
    plainBut({ at: 1e300 }),
    plainBut({ more: '{{' }),
    plainBut({ more: '7' }),
    plainBut({ more: 7 }),
    plainBut({ more: '{"metadata":[1],"policy":"x"}' }),
    plainBut({ more: '{"metadata":{"a":1},"policy":{"timeout":"soon","backoff":{"type":"random"}}}' }),
    plainBut({ more: HOSTILE }),
    plainBut({ command: 'x' }),
    plainBut({ command: { name: 'constructor', version: -1 } }),
  ],
  output: [
    ...JSON_JUNK,
    '{"skipped":"many"}',
    '{"skipped":1e300}',
    '{"skipped":2147483647}',
    '{"skipped":-5}',
    '{"error":7,"progress":[]}',
    '{"error":{"name":7,"message":{}}}',
    '{"parked":7}',
    '{"parked":{"reason":"because","text":7,"runAt":"never"}}',
    '{"parked":{"reason":"unknown","text":"x","runAt":1e300}}',
    '{"parked":{"reason":"unknown","text":"x","runAt":"NaN"}}',
    '{"cancel":7}',
  ],
  group_id: [null, '', '__proto__', "'; DROP TABLE pgboss.job; --"],
  group_tier: [null, '', 'Other 1', 'Note', 'PublishCommand 1 constructor 1'],
  singleton_key: ['', '=', '=__proto__', 'x'],
  priority: ['2147483647', '-2147483647'],
  retry_count: ['2147483647', '-1', '-2147483648'],
  start_after: TIMES,
  started_on: TIMES,
  created_on: TIMES,
  heartbeat_on: TIMES,
  source_name: ['', '0', 'nobody'],
  policy: [null, 'x'],
  keep_until: TIMES,
};

/** Each on an entry of its own. */
export const EDITS = Object.entries(COLUMNS).flatMap(([column, values]) =>
  values.map((value) => ({ column, value })),
);

/** An app, and what tests of edited entries do to it. */
export async function startEdited() {
  const url = await createDatabase();
  const pool = openPool(url);
  const options = { connectionString: url, lease: '2s' } as const;
  const app = await startOn(options, { worker: { concurrency: 10 }, operationTimeout: '2s' });
  const { scheduler } = app;
  /** Edits the entry beside the app. */
  const edit = (id: string, { column, value }: { column: string; value: string | null }) =>
    pool.query(`UPDATE pgboss.job SET ${column} = $2 WHERE id = $1`, [id, value]);
  const behind = async () => {
    await scheduler.scheduleNow(new NoteJob('behind'), { priority: -1_000_000 });
    await until(() => ran.includes('behind'), 'what lies behind');
  };
  /** In every way there is. */
  const look = async (ids: readonly string[]) => {
    for (const id of ids) {
      await scheduler.get(id);
      await scheduler.explain(id);
    }
    for (const filter of [{}, { name: 'Note' }, { command: 'x' }, { key: 'k' }, { state: 'failed' as const }])
      await scheduler.list(filter);
    return scheduler.counts();
  };
  const listed = async (state: JobState) => (await scheduler.list({ state, limit: 10_000 })).entries;
  const again = () => startOn(options);
  return { ...app, pool, edit, behind, look, listed, again };
}
