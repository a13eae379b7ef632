import { readFileSync } from 'node:fs';
import { type Capability, inProcessScheduler, instantScheduler } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { expect, it } from 'vitest';

const DOCUMENT = readFileSync(new URL('../../docs/schedulers.md', import.meta.url), 'utf8');
const [connectionString, connection] = ['postgres://127.0.0.1:1/none', 'redis://127.0.0.1:1'];
/** In the order of the table. Nothing is connected before an app starts. */
const SCHEDULERS = [
  instantScheduler(),
  inProcessScheduler(),
  sqliteScheduler({ file: 'none.db', transactionalWork: true }),
  pgBossScheduler({ connectionString, transactionalWork: true }),
  bullMqScheduler({ connection }),
].map((factory) => factory.create());

const cellsOf = (title: string) => {
  const row = DOCUMENT.split('\n').find((line) => line.startsWith(`| ${title}`));
  return row!
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
};

it.each<[string, Capability[]]>([
  ['waits for the time', ['delay']],
  ['survives the end of the process', ['durable']],
  ['several processes', ['distributed']],
  ['scheduled in your transaction', ['transaction']],
  ['effects and completion in one', ['transactional-work']],
  ['keys, cancel, lists, retries', ['key', 'cancel', 'query', 'retry']],
  ['recurring jobs, priorities, pauses', ['recurring', 'priority', 'pause']],
])('docs/schedulers.md says of each whether it has what is needed for: %s', (title, needed) => {
  const has = SCHEDULERS.map(({ capabilities }) => needed.every((one) => capabilities.has(one)));
  expect(cellsOf(title).map((cell) => cell !== 'no')).toEqual(has);
});
