import { createHash } from 'node:crypto';
import fs, {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  type Job,
  type JobContext,
  JobVersion,
  RecurringJob,
  SchedulerUnavailableError,
} from 'nestjs-eventflow-jobs';
import { UnusableStoreError, sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { errorOf, startApp, startError } from '../../support/app.js';
import { recordLog } from '../../support/log.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

const ran: string[] = [];

@JobVersion('Note', 1)
class NoteJob implements Job {
  constructor(readonly text: string) {}

  execute(_context: JobContext): void {
    ran.push(this.text);
  }
}

@JobVersion('Other', 1)
class OtherJob implements Job {
  execute(): void {
    ran.push('other');
  }
}

@RecurringJob('tick', { every: '100ms' })
@JobVersion('Tick', 1)
class TickJob implements Job {
  execute(): void {
    ran.push('tick');
  }
}

let folder: string;
let file: string;
beforeEach(() => {
  ran.length = 0;
  folder = temporaryFolder();
  file = join(folder, 'jobs.db');
});

const options = (path = file, more = {}) => ({
  jobs: [NoteJob, OtherJob],
  scheduler: sqliteScheduler({ file: path }),
  ...more,
});
const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** A file of ours, with entries that are due in an hour. */
async function aFileOfOurs(entries = 1): Promise<void> {
  const { nest, scheduler } = await startApp(options(file, { worker: false }));
  const jobs = Array.from({ length: entries }, (_, index) => ({
    job: new NoteJob(`${index}`),
    when: 3_600_000,
  }));
  await scheduler.scheduleMany(jobs);
  await nest.close();
}

function edit(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA busy_timeout = 5000; ${sql}`);
  database.close();
}

describe('a file that entries cannot be kept in is refused and left as it is', () => {
  it.each([
    ['text', Buffer.from('These are my notes.\n'.repeat(100))],
    ['a short text', Buffer.from('hello')],
    ['garbage', createHash('shake256', { outputLength: 20_000 }).update('garbage').digest()],
  ])('%s', async (_, content) => {
    writeFileSync(file, content);
    const error = await startError(options());
    expect(error).toBeInstanceOf(UnusableStoreError);
    expect(error.message).toContain(file);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('an overwritten database, whose log looks whole', async () => {
    const { nest, scheduler } = await startApp(options(join(folder, 'living.db'), { worker: false }));
    await scheduler.schedule(new NoteJob('a'), '1h');
    // A copy, as a crash leaves it.
    copyFileSync(join(folder, 'living.db-wal'), `${file}-wal`);
    await nest.close();
    const garbage = Buffer.alloc(20_480, 0x5a);
    writeFileSync(file, garbage);
    const error = await startError(options());
    expect(error).toBeInstanceOf(UnusableStoreError);
    expect(error.message).toContain(file);
    expect(readFileSync(file)).toEqual(garbage);
    expect(existsSync(`${file}-wal`)).toBe(true);
  });

  it("somebody else's database", async () => {
    edit('CREATE TABLE customers (name TEXT); INSERT INTO customers VALUES (1)');
    const before = hashOf(file);
    const error = await startError(options());
    expect(error).toBeInstanceOf(UnusableStoreError);
    expect(error.message).toContain('{ database }');
    expect(hashOf(file)).toBe(before);
  });

  it('one of a newer release: both versions are named', async () => {
    await aFileOfOurs();
    edit('UPDATE eventflow_jobs_schema SET version = 99; PRAGMA wal_checkpoint(TRUNCATE)');
    const before = hashOf(file);
    const error = await startError(options());
    expect(error).toBeInstanceOf(UnusableStoreError);
    expect(error.message).toMatch(/version 99.*version \d/);
    expect(hashOf(file)).toBe(before);
  });

  it.each([0.3, 0.7, 0.95])('a database of which only a part of %d is there', async (part) => {
    await aFileOfOurs(500);
    const { length } = readFileSync(file);
    truncateSync(file, Math.floor(length * part));
    const error = await startError(options());
    expect(error).toBeInstanceOf(UnusableStoreError);
    expect(error.message).toContain('damaged');
  });

  it('a folder', async () => {
    mkdirSync(file);
    const error = await startError(options());
    expect(error).toBeInstanceOf(UnusableStoreError);
    expect(error.message).toContain('folder');
  });

  it('a path through a file', async () => {
    writeFileSync(join(folder, 'notes'), 'x');
    const error = await startError(options(join(folder, 'notes/deep/jobs.db')));
    expect(error).toBeInstanceOf(UnusableStoreError);
  });

  it.each(['', ':memory:', 'file:jobs.db', undefined])('%j, which is no path', async (path) => {
    const error = await startError({ scheduler: sqliteScheduler({ file: path as string }) });
    expect(error).toBeInstanceOf(UnusableStoreError);
    expect(error.message).toContain('must be a path');
  });

  it.skipIf(process.getuid?.() === 0)('a folder that may not be written', async () => {
    chmodSync(folder, 0o500);
    const error = await startError(options());
    chmodSync(folder, 0o700);
    expect(error).toBeInstanceOf(UnusableStoreError);
  });
});

it('a folder that is missing is made', async () => {
  const deep = join(folder, 'a/b/jobs.db');
  const { scheduler } = await startApp(options(deep));
  await scheduler.scheduleNow(new NoteJob('a'));
  await until(() => ran.length === 1);
  expect(existsSync(deep)).toBe(true);
});

it('two paths to one file are one file: nobody takes the other for dead', async () => {
  const link = join(folder, 'elsewhere.db');
  const first = await startApp(options());
  symlinkSync(file, link);
  const second = await startApp(options(link));
  const workers = () => {
    const database = new DatabaseSync(file, { readOnly: true });
    const ids = database.prepare('SELECT id FROM eventflow_jobs_workers ORDER BY id').all();
    database.close();
    return ids.map(({ id }) => id);
  };
  const before = workers();
  await second.scheduler.scheduleNow(new NoteJob('a'));
  await until(() => ran.length === 1);
  // Two rounds of maintenance, in which the dead are looked for.
  await new Promise((resolve) => setTimeout(resolve, 2_200));
  expect(workers()).toEqual(before);
  expect((await first.scheduler.counts()).succeeded).toBe(1);
});

describe('a file that is taken away while it is open', () => {
  it.each(['deleted', 'replaced'])(
    '%s: the next call says so, and nothing is acknowledged into the void',
    async (how) => {
      const { nest, scheduler } = await startApp(options());
      await scheduler.scheduleNow(new NoteJob('a'));
      await until(() => ran.length === 1);
      if (how === 'deleted') for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
      else {
        const other = new DatabaseSync(`${file}.other`);
        other.exec('CREATE TABLE other (x)');
        other.close();
        renameSync(`${file}.other`, file);
      }

      const calls = [
        () => scheduler.scheduleNow(new NoteJob('b')),
        () => scheduler.scheduleMany([{ job: new NoteJob('c') }, { job: new NoteJob('d') }]),
        () => scheduler.get('x'),
        () => scheduler.counts(),
        () => scheduler.list(),
        () => scheduler.cancel('x'),
        () => scheduler.pause(),
      ];
      for (const call of calls) {
        const error = await errorOf(call);
        expect(error).toBeInstanceOf(SchedulerUnavailableError);
        expect(error.message).toContain('deleted or replaced');
      }
      expect(ran).toEqual(['a']);
      await nest.close();
      expect(existsSync(file)).toBe(how === 'replaced');
    },
  );
});

describe('a file that is damaged while it is open', () => {
  it.each([
    ['cut', () => truncateSync(file, 5_000)],
    ['emptied', () => truncateSync(file, 0)],
    [
      'overwritten',
      () => {
        const { length } = readFileSync(file);
        // The same file, and as long as it was.
        writeFileSync(file, createHash('shake256', { outputLength: length }).update('x').digest(), {
          flag: 'r+',
        });
      },
    ],
  ])(
    '%s: it is told once, all calls are refused, and nothing is written to it any more',
    async (_, damage) => {
      const log = recordLog();
      const { nest, scheduler } = await startApp(options());
      const jobs = Array.from({ length: 2_000 }, (_each, index) => ({
        job: new NoteJob(`${index}`),
        when: 3_600_000,
      }));
      const [first] = await scheduler.scheduleMany(jobs);
      const other = new DatabaseSync(file);
      other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      damage();
      // What lies in the cache is read anew when another process has written.
      other.exec('PRAGMA user_version = 1');
      other.close();

      const told = () => log.filter((line) => line.includes('is damaged'));
      await until(() => told().length > 0, 'the damage to be noticed');
      const left = hashOf(file);
      const calls = [
        () => scheduler.scheduleNow(new NoteJob('b')),
        () => scheduler.scheduleMany([{ job: new NoteJob('c') }, { job: new NoteJob('d') }]),
        () => scheduler.get(first!),
        () => scheduler.counts(),
        () => scheduler.cancel(first!),
      ];
      for (const call of calls) {
        const error = await errorOf(call);
        expect(error).toBeInstanceOf(SchedulerUnavailableError);
        expect(error.message).toContain(`${file} is damaged`);
      }
      // Two rounds of maintenance, each of which would find it again.
      await new Promise((resolve) => setTimeout(resolve, 2_200));
      expect(told().filter((line) => line.startsWith('error'))).toHaveLength(1);
      expect(told().length).toBeLessThanOrEqual(2);
      expect(hashOf(file)).toBe(left);
      await nest.close();
    },
  );
});

it('a lock held for longer than operationTimeout is told in time, the event loop turns, and then all goes on', async () => {
  const { scheduler } = await startApp(options(file, { operationTimeout: 600 }));
  await scheduler.schedule(new NoteJob('before'), 300);
  const other = new DatabaseSync(file);
  other.exec('BEGIN EXCLUSIVE');
  const began = performance.now();
  let longest = 0;
  let last = performance.now();
  const counting = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);

  const calls = [
    scheduler.scheduleNow(new NoteJob('a')),
    ...Array.from({ length: 1_000 }, () => scheduler.scheduleNow(new NoteJob('many'))),
    scheduler.cancel('x'),
    scheduler.pause('q'),
  ];
  const results = await Promise.allSettled(calls);
  const waited = performance.now() - began;

  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  for (const result of results)
    expect((result as PromiseRejectedResult).reason).toBeInstanceOf(SchedulerUnavailableError);
  expect(waited).toBeGreaterThan(590);
  expect(waited).toBeLessThan(2_500);
  clearInterval(counting);
  expect(longest).toBeLessThan(250);
  expect(await scheduler.get('x')).toBeUndefined();
  other.exec('ROLLBACK');
  other.close();
  await scheduler.scheduleNow(new NoteJob('after'));
  await until(() => ran.length === 2);
  expect(ran.toSorted()).toEqual(['after', 'before']);
});

it('a transaction of somebody else keeps no app from starting that has nothing to migrate', async () => {
  await aFileOfOurs();
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  const { scheduler } = await startApp(options(file, { worker: false }));
  expect(await scheduler.counts()).toMatchObject({ scheduled: 1 });
  other.exec('COMMIT');
  other.close();
});

it('where nothing can be watched, the app works and says so, and what others schedule runs within a moment', async () => {
  const log = recordLog();
  const { watch } = fs;
  fs.watch = () => {
    throw new Error('ENOSPC: System limit for number of file watchers reached');
  };
  syncBuiltinESMExports();
  try {
    await startApp(options());
  } finally {
    fs.watch = watch;
    syncBuiltinESMExports();
  }
  const other = await startApp(options(file, { worker: false }));
  await other.scheduler.scheduleNow(new NoteJob('seen all the same'));
  await until(() => ran.length === 1);
  expect(log.filter((line) => line.includes('cannot be watched (ENOSPC'))).toHaveLength(1);
});

it('one that is locked when the app starts is waited for', async () => {
  await aFileOfOurs();
  const other = new DatabaseSync(file);
  other.exec('BEGIN EXCLUSIVE');
  const starting = startApp(options());
  await new Promise((resolve) => setTimeout(resolve, 300));
  other.exec('ROLLBACK');
  other.close();
  const { scheduler } = await starting;
  expect((await scheduler.counts()).scheduled).toBe(1);
});

describe('entries that somebody has edited by hand', () => {
  const HOSTILE = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const edits = {
    'data that is no JSON': "data = 'x{'",
    'data that is other JSON': "data = '[1]'",
    'data with hostile keys': `data = '{"json":${HOSTILE}}'`,
    'data with hostile annotations': `data = '{"json":{},"meta":{"values":{"__proto__":["class"]}}}'`,
    'metadata that is no JSON': "metadata = '{{'",
    'metadata with hostile keys': `metadata = '${HOSTILE}'`,
    'metadata that is a list': "metadata = '[1, 2]'",
    'a policy that is no JSON': "policy = '['",
    'a policy that makes no sense': `policy = '{"timeout":"soon","backoff":{"type":"random","delay":{}}}'`,
    'a policy with hostile keys': `policy = '${HOSTILE}'`,
    'an error that is no JSON': "error = '\"'",
    'an error of another shape': `error = '{"name":5,"message":[]}'`,
    'parked for no reason': "parked = 'because'",
    'progress that is none': "progress = '7'",
    "another class's name": "name = 'Other'",
    'the name of no class': "name = '__proto__'",
    'a name that is a property of objects': "name = 'constructor'",
    'a command that is none': "command_name = 'hasOwnProperty', command_version = -1",
    'a command without version': "command_name = 'X'",
    'a version that never was': 'version = -9007199254740991',
    'a negative attempt': 'attempt = -5',
    'no attempts': 'attempts = 0',
    'a claim beyond all': 'claim = 9007199254740991',
    'an owner that is none': 'owner = 12345, cancel_requested = 1',
    'a time of the last age': 'run_at = -8640000000000000',
    'a key that is empty': "key = '', held_key = ''",
    'a key of a megabyte': 'key = hex(zeroblob(500000))',
    'a queue without name': "queue = ''",
    'a queue of a prototype': "queue = '__proto__'",
    'a state that is none': 'state = 42',
    'a state below none': 'state = -1',
  };

  it('never stop the worker, nor those behind them', async () => {
    const names = Object.keys(edits);
    const { nest, scheduler } = await startApp(options(file, { worker: false }));
    await scheduler.scheduleMany(
      names.map((name) => ({ job: new NoteJob(name), when: 1, policy: undefined })),
    );
    await nest.close();
    Object.values(edits).forEach((change, index) =>
      edit(`UPDATE eventflow_jobs_entries SET ${change} WHERE seq = ${index + 1}`),
    );

    const again = await startApp(options());
    await again.scheduler.scheduleNow(new NoteJob('behind'), { priority: -1_000_000 });
    await until(() => ran.includes('behind'));
    const { entries } = await again.scheduler.list({ limit: 1_000 });
    for (const { id } of entries) {
      await again.scheduler.explain(id);
      await again.scheduler.get(id);
    }
    expect(entries).toHaveLength(names.length + 1);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(ran).toContain('other');
    for (const harmless of names.filter((name) => /metadata|policy|error|progress|key that/.test(name)))
      expect(ran).toContain(harmless);
    await until(async () => (await again.scheduler.counts()).running === 0);
  });

  it('numbers that JavaScript cannot hold do not get in', async () => {
    await aFileOfOurs();
    for (const column of ['run_at', 'attempt', 'attempts', 'priority', 'version', 'claim', 'scheduled_at'])
      expect(() => edit(`UPDATE eventflow_jobs_entries SET ${column} = 9223372036854775807`)).toThrow(
        /CHECK/,
      );
    expect(() => edit("UPDATE eventflow_jobs_entries SET run_at = 'soon'")).toThrow(/datatype|store TEXT/);
  });

  it('recurring jobs and workers of any shape never stop the worker', async () => {
    await aFileOfOurs();
    const shapes = [
      'x',
      '5',
      'null',
      '[]',
      '{}',
      '{"stored":{}}',
      '{"stored":{"name":"Note"},"schedule":null}',
    ];
    shapes.push(
      '{"stored":{"name":"Note","version":1,"data":"x"},"schedule":{"cron":"never"},"declared":true}',
      '{"stored":{"name":"Note","version":1},"schedule":{"every":"100ms"},"anchor":"x"}',
    );
    shapes.forEach((shape, index) =>
      edit(
        `INSERT INTO eventflow_jobs_recurring (id, definition, next_run_at) VALUES ('r${index}', '${shape}', 1)`,
      ),
    );
    edit(
      "INSERT INTO eventflow_jobs_workers (token, lease_until, working_since, declared) VALUES ('../x', 0, 0, '{')",
    );

    const { scheduler } = await startApp({ ...options(), jobs: [NoteJob, TickJob] });
    await scheduler.scheduleNow(new NoteJob('a'));
    await until(() => ran.includes('a') && ran.includes('tick'));
    await scheduler.listRecurring();
    await until(async () => (await scheduler.counts()).running === 0);
  });
});
