import fs, { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Job, JobVersion, SchedulerUnavailableError } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DiskSync } from '../../../lib/schedulers/local/sqlite/disk-sync.js';
import { errorOf, startApp } from '../../support/app.js';
import { recordLog } from '../../support/log.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

const ran: string[] = [];

@JobVersion('Disk.Note', 1)
class NoteJob implements Job {
  constructor(readonly text: string) {}

  execute(): Promise<void> {
    ran.push(this.text);
    return Promise.resolve();
  }
}

type Confirmed = (error: NodeJS.ErrnoException | null) => void;

let folder: string;
let file: string;
beforeEach(() => {
  ran.length = 0;
  folder = temporaryFolder();
  file = join(folder, 'jobs.db');
});

const start = (synchronous?: 'FULL' | 'NORMAL', worker = true) =>
  startApp({
    jobs: [NoteJob],
    scheduler: sqliteScheduler({ file, ...(synchronous && { synchronous }) }),
    worker,
  });

/** Lets the test say when the disk has taken what was committed, and whether. */
function replaceSync(
  replacement: (sync: typeof fs.fdatasync, log: number, confirmed: Confirmed) => void,
): void {
  const real = fs.fdatasync;
  const replace = (one: (log: number, confirmed: Confirmed) => void) => {
    fs.fdatasync = one as typeof fs.fdatasync;
    syncBuiltinESMExports();
  };
  replace((log, confirmed) => replacement(real, log, confirmed));
  onTestFinished(() => replace(real));
}

/** What a power cut would leave: the files as they were when the disk was last asked, once it has confirmed that. */
function keepWhatIsConfirmed(): { stateOf: (id: string) => number | undefined } {
  const kept = join(folder, 'kept.db');
  const asked = join(folder, 'asked.db');
  const copy = (from: string, to: string) => {
    for (const part of ['', '-wal']) {
      rmSync(to + part, { force: true });
      if (existsSync(from + part)) copyFileSync(from + part, to + part);
    }
  };
  replaceSync((sync, log, confirmed) => {
    copy(file, asked);
    sync(log, (error) => {
      copy(asked, kept);
      confirmed(error);
    });
  });
  return {
    stateOf: (id) => {
      const after = join(folder, 'after.db');
      copy(kept, after);
      const database = new DatabaseSync(after);
      try {
        const row = database.prepare('SELECT state FROM eventflow_jobs_entries WHERE id = ?').get(id);
        return row?.['state'] as number | undefined;
      } finally {
        database.close();
      }
    },
  };
}

describe('After a power cut', () => {
  it('whatever was acknowledged is there', async () => {
    const { scheduler } = await start('FULL', false);
    const { stateOf } = keepWhatIsConfirmed();
    let checked = 0;
    const check = async (text: string) => {
      const id = await scheduler.schedule(new NoteJob(text), '1 hour');
      expect(stateOf(id), text).toBe(0);
      checked += 1;
    };
    for (let round = 0; round < 10; round++) {
      await Promise.all(['a', 'b', 'c'].map((text) => check(`${text} ${round}`)));
      await check(`alone ${round}`);
    }
    expect(checked).toBe(40);
  });

  it('whatever was told to have succeeded has', async () => {
    const { scheduler, events } = await start();
    const { stateOf } = keepWhatIsConfirmed();
    const told: [string, number | undefined][] = [];
    events.ofType('succeeded').subscribe(({ id }) => told.push([id, stateOf(id)]));
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) {
      ids.push(await scheduler.scheduleNow(new NoteJob(`${i}`)));
      if (i % 3 === 0) await until(() => told.length > i / 2, 'some to have run');
    }
    await until(() => told.length === ids.length, 'all to have run');
    expect(told.map(([, state]) => state)).toEqual(ids.map(() => 2));
  });
});

describe('While the disk has not confirmed it', () => {
  it('nobody is told of anything, and jobs begin all the same', async () => {
    const worker = await start();
    const producer = await start('FULL', false);
    const waiting: (() => void)[] = [];
    replaceSync((sync, log, confirmed) => waiting.push(() => sync(log, confirmed)));
    const told: string[] = [];
    for (const { events } of [producer, worker]) events.all$.subscribe(({ type }) => told.push(type));
    const scheduled = producer.scheduler.scheduleNow(new NoteJob('first')).then((id) => {
      told.push('resolved');
      return id;
    });
    const committed = new DatabaseSync(file, { readOnly: true });
    onTestFinished(() => committed.close());
    const ended = committed.prepare('SELECT 1 FROM eventflow_jobs_entries WHERE state = 2');
    await until(() => ended.get() !== undefined, 'the job to have run');
    const counted = worker.scheduler.counts().then(({ succeeded }) => told.push(`${succeeded} counted`));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(['started']);

    const confirmAll = setInterval(() => waiting.splice(0).forEach((confirm) => confirm()), 1);
    onTestFinished(() => clearInterval(confirmAll));
    const id = await scheduled;
    await counted;
    expect((await worker.scheduler.get(id))?.state).toBe('succeeded');
    expect(told.toSorted()).toEqual(['1 counted', 'resolved', 'scheduled', 'started', 'succeeded']);
    expect(told.indexOf('succeeded')).toBeLessThan(told.indexOf('1 counted'));
  });
});

it('of a disk that fails nothing is taken for safe any more, and a restart finds what it has kept', async () => {
  const { scheduler, nest } = await start('FULL', false);
  const kept = await scheduler.schedule(new NoteJob('kept'), '1 hour');
  let fails = true;
  replaceSync((sync, log, confirmed) => {
    if (!fails) return sync(log, confirmed);
    setImmediate(confirmed, Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
  });
  const error = await errorOf(() => scheduler.schedule(new NoteJob('lost'), '1 hour'));
  expect(error).toBeInstanceOf(SchedulerUnavailableError);
  expect(error.message).toContain(file);
  expect(error.message).toContain('EIO');
  expect(error.message).toContain('restart the app');
  fails = false;
  expect(await errorOf(() => scheduler.schedule(new NoteJob('later'), '1 hour'))).toBe(error);
  await nest.close();

  const again = await start('FULL', false);
  expect((await again.scheduler.get(kept))?.state).toBe('scheduled');
  expect(await again.scheduler.schedule(new NoteJob('again'), '1 hour')).toBeTypeOf('string');
});

it('a worker on a disk that fails says so, and the app can be closed', async () => {
  const log = recordLog();
  const { scheduler, nest, events } = await start();
  const told: string[] = [];
  events.ofType('succeeded').subscribe(({ id }) => told.push(id));
  let syncs = 0;
  replaceSync((sync, fd, confirmed) => {
    syncs += 1;
    // The first is that of the call itself.
    if (syncs === 1) return sync(fd, confirmed);
    setImmediate(confirmed, Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
  });
  await scheduler.scheduleNow(new NoteJob('runs'));
  await until(
    () => log.some((line) => line.includes('could not be brought to the disk')),
    'the log to say so',
  );
  await nest.close();
  expect(told).toEqual([]);
});

it("synchronous: 'NORMAL' does not wait for the disk", async () => {
  const { scheduler } = await start('NORMAL');
  let syncs = 0;
  replaceSync((sync, log, confirmed) => {
    syncs += 1;
    sync(log, confirmed);
  });
  await scheduler.scheduleNow(new NoteJob('first'));
  await until(async () => (await scheduler.counts()).succeeded === 1, 'the job to have run');
  expect(syncs).toBe(0);
});

describe('A sync', () => {
  /** Counts syncs of a log that is there, each of which ends at once. */
  function open(): { disk: DiskSync; syncs: () => number } {
    writeFileSync(`${file}-wal`, '');
    let syncs = 0;
    replaceSync((_, __, confirmed) => {
      syncs += 1;
      setImmediate(confirmed, null);
    });
    return { disk: new DiskSync(file), syncs: () => syncs };
  }
  const failed = (cause: unknown) => {
    throw cause;
  };

  it('that nobody waits for is shared by all that comes within a moment, and is made', async () => {
    const { disk, syncs } = open();
    let told = 0;
    for (let i = 0; i < 5; i++) disk.after(() => (told += 1), failed, false);
    expect(disk.isUnderWay).toBe(true);
    expect(syncs()).toBe(0);
    await until(() => told === 5, 'all to be told');
    expect(syncs()).toBe(1);
    await disk.close();
  });

  it('that somebody waits for is made at once, with what waited before', async () => {
    const { disk, syncs } = open();
    const told: string[] = [];
    disk.after(() => told.push('patient'), failed, false);
    disk.after(() => told.push('urgent'), failed, true);
    expect(syncs()).toBe(1);
    await until(() => told.length === 2, 'both to be told');
    expect(told).toEqual(['patient', 'urgent']);
    expect(syncs()).toBe(1);
    await disk.close();
  });

  it('that is still to come is made before the log is closed', async () => {
    const { disk, syncs } = open();
    let told = 0;
    disk.after(() => (told += 1), failed, false);
    await disk.close();
    expect([told, syncs()]).toEqual([1, 1]);
  });
});
