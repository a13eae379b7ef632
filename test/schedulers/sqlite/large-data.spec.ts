import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Job, JobVersion } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { startApp } from '../../support/app.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

const LARGE = 1_000_000;
const ENTRIES = 12;

/** In which turn of the event loop each began. */
const begunIn: number[] = [];
let turn = 0;
let open: () => void;
let gate: Promise<void>;

@JobVersion('LargeData.Note', 1)
class NoteJob implements Job {
  constructor(readonly text: string) {}

  async execute(): Promise<void> {
    begunIn.push(turn);
    await gate;
  }
}

let file: string;
beforeEach(() => {
  begunIn.length = 0;
  gate = new Promise((resolve) => (open = resolve));
  const folder = temporaryFolder();
  file = join(folder, 'jobs.db');
});

/** `look` is called in each turn of the event loop, until the test ends. */
function everyTurn(look: () => void = () => {}): void {
  let goesOn = true;
  onTestFinished(() => void (goesOn = false));
  const next = () => {
    if (!goesOn) return;
    turn += 1;
    look();
    setImmediate(next);
  };
  next();
}

const start = (retention: { count: number } | undefined, worker: boolean) =>
  startApp({
    jobs: [NoteJob],
    scheduler: sqliteScheduler({ file, ...(retention && { retention }) }),
    worker: worker && { concurrency: ENTRIES },
  });

async function schedule(): Promise<void> {
  const { nest, scheduler } = await start(undefined, false);
  for (let i = 0; i < ENTRIES; i++) await scheduler.schedule(new NoteJob(`${i}${'x'.repeat(LARGE)}`), 0);
  await nest.close();
}

it('what is large is claimed, begun and ended one by one, and lets the event loop turn between', async () => {
  await schedule();
  const database = new DatabaseSync(file);
  onTestFinished(() => database.close());
  const succeeded = database.prepare(
    'SELECT count(*) AS entries FROM eventflow_jobs_entries WHERE state = 2',
  );
  const numbers = new Set<number>();
  everyTurn(() => numbers.add((succeeded.get() as { entries: number }).entries));
  const { scheduler } = await start(undefined, true);

  await until(() => begunIn.length === ENTRIES, 'all to run at once');
  open();
  await until(() => numbers.has(ENTRIES), 'all to have succeeded');

  expect(new Set(begunIn).size).toBe(ENTRIES);
  expect([...numbers]).toEqual(Array.from({ length: ENTRIES + 1 }, (_, index) => index));
  await until(async () => (await scheduler.counts()).succeeded === ENTRIES);
  expect(await scheduler.counts()).toMatchObject({ scheduled: 0, running: 0 });
}, 30_000);

it('large data in a queue with slots of its own hold up no other queue', async () => {
  open();
  const producer = await start(undefined, false);
  const small: string[] = [];
  for (let i = 0; i < 3; i++) small.push(await producer.scheduler.schedule(new NoteJob(`${i}`), 0));
  for (let i = 0; i < ENTRIES; i++)
    await producer.scheduler.schedule(new NoteJob('x'.repeat(LARGE)), 0, { queue: 'big' });
  await producer.nest.close();

  const { events, nest } = await startApp({
    jobs: [NoteJob],
    scheduler: sqliteScheduler({ file }),
    worker: { concurrency: 4, queues: { big: { concurrency: 4 } } },
  });
  const started: string[] = [];
  events.all$.subscribe(({ type, id }) => type === 'started' && started.push(id));
  await until(() => started.length === ENTRIES + 3, 'all to have begun');
  await nest.close();
  expect(small.map((id) => started.indexOf(id) < 6)).toEqual([true, true, true]);
}, 30_000);

it('what is large is pruned one by one', async () => {
  await schedule();
  open();
  const before = await start(undefined, true);
  await until(async () => (await before.scheduler.counts()).succeeded === ENTRIES, 'all to have succeeded');
  await before.nest.close();

  const database = new DatabaseSync(file);
  onTestFinished(() => database.close());
  const left = database.prepare('SELECT count(*) AS entries FROM eventflow_jobs_entries');
  const numbers = new Set<number>();
  everyTurn(() => numbers.add((left.get() as { entries: number }).entries));
  await start({ count: 0 }, true);
  await until(() => numbers.has(0), 'all to be gone');

  expect([...numbers]).toEqual(Array.from({ length: ENTRIES + 1 }, (_, index) => ENTRIES - index));
}, 30_000);

it('what is large is given back one by one where its worker is gone', async () => {
  await schedule();
  await start(undefined, true);
  await until(() => begunIn.length === ENTRIES, 'all to run at once');
  const running = new DatabaseSync(file);
  file = `${file}-of-another-machine`;
  // Where nobody holds the lock of their worker.
  running.exec(`VACUUM INTO '${file}'`);
  running.close();

  const database = new DatabaseSync(file);
  onTestFinished(() => database.close());
  const left = database.prepare('SELECT count(*) AS entries FROM eventflow_jobs_entries WHERE state = 1');
  const numbers: number[] = [];
  everyTurn(() => {
    const { entries } = left.get() as { entries: number };
    if (numbers.at(-1) !== 0 && numbers.at(-1) !== entries) numbers.push(entries);
  });
  const { scheduler } = await start(undefined, true);
  await until(() => begunIn.length === 2 * ENTRIES, 'all to run again');
  open();
  await until(async () => (await scheduler.counts()).succeeded === ENTRIES, 'all to have succeeded');

  expect(numbers).toEqual(Array.from({ length: ENTRIES + 1 }, (_, index) => ENTRIES - index));
  expect((await scheduler.list()).entries.map(({ attempt }) => attempt)).toEqual(Array(ENTRIES).fill(2));
  expect(await scheduler.counts()).toMatchObject({ scheduled: 0, running: 0, succeeded: ENTRIES });
}, 30_000);
