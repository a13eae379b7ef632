import type { JobState } from 'nestjs-eventflow-jobs';
import { until } from '../../../support/until.js';
import { NoteJob, ran, startOn } from './note.job.js';

export const JUNK = [
  '',
  '{',
  'null',
  '0',
  '"x"',
  '[]',
  '{}',
  '[[]]',
  '[{}]',
  '[null]',
  '{"attempts":{}}',
  'nan',
  '-1e999',
  '["Note",{}]',
  '["Note",1,{},2]',
  '{"reason":[],"text":{}}',
  '{"eventflow":{"metadata":7}}',
];
const FIELDS = [
  'kind',
  'data',
  'opts',
  'priority',
  'runAt',
  'timestamp',
  'state',
  'attempt',
  'ats',
  'progress',
  'parked',
  'key',
  'holds',
  'stacktrace',
  'name',
  'processedOn',
  'cancel',
];

/** Every field with all junk that there is, and without it, each on an entry of its own. */
export const EDITS = FIELDS.flatMap((field) => [undefined, ...JUNK].map((value) => ({ field, value })));

/** An app, and what tests of edited entries do to it. */
export async function startEdited() {
  const app = await startOn({}, { worker: { concurrency: 10 }, operationTimeout: '1s' });
  const { client, prefix, scheduler } = app;
  /** Edits the entry beside the app. */
  const edit = (id: string, { field, value }: { field: string; value: string | undefined }) =>
    value === undefined
      ? client.hdel(`${prefix}:default:${id}`, field)
      : client.hset(`${prefix}:default:${id}`, field, value);
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
  return { ...app, edit, behind, look, listed };
}
