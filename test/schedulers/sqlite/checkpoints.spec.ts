import fs, { statSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import workerThreads from 'node:worker_threads';
import { type Job, JobVersion } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { beforeEach, expect, it } from 'vitest';
import { startApp } from '../../support/app.js';
import { recordLog } from '../../support/log.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

type Fate = 'lives' | 'cannot be had' | 'dies at work';

/** Threads that were started, or were to be. */
let threads = 0;
let fate: Fate = 'lives';
const { Worker } = workerThreads;
class FatedWorker extends Worker {
  constructor(...args: ConstructorParameters<typeof Worker>) {
    threads += 1;
    if (fate === 'cannot be had') throw new Error('Access to this API has been restricted.');
    super(...args);
  }

  override postMessage(message: unknown): void {
    if (fate === 'dies at work') void this.terminate();
    else super.postMessage(message);
  }
}

function replaceWorker(by: typeof Worker): void {
  workerThreads.Worker = by;
  syncBuiltinESMExports();
}

@JobVersion('Checkpoints.Note', 1)
class NoteJob implements Job {
  constructor(readonly text: string) {}

  async execute(): Promise<void> {}
}

const MEGABYTE = 1024 * 1024;
const TEXT = 'x'.repeat(100 * 1024);
/** Of {@link writeMuch}. */
const ENTRIES = 300;

let folder: string;
let file: string;
beforeEach(() => {
  threads = 0;
  fate = 'lives';
  replaceWorker(FatedWorker);
  folder = temporaryFolder();
  file = join(folder, 'jobs.db');
  return () => {
    replaceWorker(Worker);
  };
});

/** Writes 30 MB, a megabyte at once. @returns the longest that the log was. */
async function writeMuch(schedule: (text: string) => Promise<string>): Promise<number> {
  let longest = 0;
  for (let written = 0; written < ENTRIES; written += 10) {
    await Promise.all(Array.from({ length: 10 }, () => schedule(TEXT)));
    longest = Math.max(longest, statSync(`${file}-wal`).size);
  }
  return longest;
}

/** Two numbers of its header, which change whenever it begins anew. */
function beginningOfLog(): string {
  return fs.readFileSync(`${file}-wal`).toString('hex', 16, 24);
}

function assertIntact(): void {
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  expect(database.prepare('SELECT count(*) AS entries FROM eventflow_jobs_entries').get()).toEqual({
    entries: 3 * ENTRIES,
  });
  database.close();
}

it.each<Fate>(['lives', 'cannot be had', 'dies at work'])(
  'what is written goes on into the file: a thread for that %s',
  async (ofThread) => {
    fate = ofThread;
    const log = recordLog();
    const { nest, scheduler } = await startApp({
      jobs: [NoteJob],
      scheduler: sqliteScheduler({ file }),
      worker: false,
    });

    const schedule = (text: string) => scheduler.schedule(new NoteJob(text), '1h');
    const before = await writeMuch(schedule);
    const longest = Math.max(await writeMuch(schedule), await writeMuch(schedule));

    // Else it would be three times as long: it is written from its beginning again, however long it was.
    expect(longest).toBeLessThan(before + 20 * MEGABYTE);
    expect(threads).toBe(1);
    expect(log.filter((line) => line.includes('within commits from now on'))).toHaveLength(
      ofThread === 'lives' ? 0 : 1,
    );
    await nest.close();
    assertIntact();
  },
);

it('a commit that cannot look into the log is no failure', async () => {
  const log = recordLog();
  const { nest, scheduler } = await startApp({
    jobs: [NoteJob],
    scheduler: sqliteScheduler({ file }),
    worker: false,
  });
  const { readSync } = fs;
  fs.readSync = () => {
    throw new Error('EIO');
  };
  syncBuiltinESMExports();
  try {
    await scheduler.schedule(new NoteJob('a'), '1h');
    await scheduler.schedule(new NoteJob('b'), '1h');
  } finally {
    fs.readSync = readSync;
    syncBuiltinESMExports();
  }
  expect(await scheduler.counts()).toMatchObject({ scheduled: 2 });
  expect(log.filter((line) => line.includes('EIO'))).toHaveLength(1);
  await nest.close();
});

it('notices what was put over the file before more is copied into it, though all that it reads lies in its cache', async () => {
  const { nest, scheduler } = await startApp({
    jobs: [NoteJob],
    scheduler: sqliteScheduler({ file }),
    worker: false,
  });
  // The same few pages again and again, which are read but once.
  const id = await scheduler.schedule(new NoteJob('later and later'), '1h');
  const reschedule = async (times: number) => {
    for (let hours = 0; hours < times; hours++) await scheduler.reschedule(id, `${hours + 1}h`);
  };
  await reschedule(500);
  expect(threads).toBe(1);
  const other = new DatabaseSync(file);
  // A copy may still be on its way, and SQLite lets no other begin meanwhile.
  const truncate = other.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  await until(() => truncate.get()!.busy === 0, 'the copy to end');
  // The file grows, which stands in its first page: that one is in the log from now on.
  await scheduler.schedule(new NoteJob(TEXT), '1h');
  await reschedule(1);
  const garbage = Buffer.alloc(statSync(file).size, 0x5a);
  const ruined = fs.openSync(file, 'r+');
  fs.writeSync(ruined, garbage);

  // Far more than one copy takes, which is made meanwhile and of which the next commit hears.
  await expect(reschedule(50_000)).rejects.toThrow(`${file} is damaged (file is not a database)`);
  expect(fs.readFileSync(file)).toEqual(garbage);
  await nest.close();
  other.close();
  fs.closeSync(ruined);
});

it('an app that writes little has no thread for that', async () => {
  const { nest, scheduler } = await startApp({ jobs: [NoteJob], scheduler: sqliteScheduler({ file }) });
  await scheduler.schedule(new NoteJob('little'), 0);
  await nest.close();
  expect(threads).toBe(0);
});

it('goes on while a reader holds the log back, and catches up after it', async () => {
  const { nest, scheduler } = await startApp({
    jobs: [NoteJob],
    scheduler: sqliteScheduler({ file }),
    worker: false,
  });
  const schedule = (text: string) => scheduler.schedule(new NoteJob(text), '1h');
  const reader = new DatabaseSync(file);
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM eventflow_jobs_entries').get();
  const held = await writeMuch(schedule);
  expect(held).toBeGreaterThan(29 * MEGABYTE);
  const before = beginningOfLog();
  reader.close();

  // Written from its beginning again, not on from where it was held: as soon as the disk has caught up.
  for (let round = 0; round < 10 && beginningOfLog() === before; round++) await writeMuch(schedule);
  expect(beginningOfLog()).not.toBe(before);
  await nest.close();
});
