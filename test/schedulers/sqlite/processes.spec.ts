import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { JobState } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { useCompiledLibrary } from '../../support/compiled.js';
import { type Line, SharedFile, type WorkerProcess } from './support/worker-process.js';

const library = useCompiledLibrary();

const HOUR = 3_600_000;

function query<T>(file: string, sql: string): T[] {
  const database = new DatabaseSync(file, { readOnly: true });
  database.exec('PRAGMA busy_timeout = 5000');
  const rows = database.prepare(sql).all() as T[];
  database.close();
  return rows;
}

const integrityOf = (file: string) => query<{ integrity_check: string }>(file, 'PRAGMA integrity_check');
const stateOf = (file: string, id: string) =>
  query<{ state: number; attempt: number }>(
    file,
    `SELECT state, attempt FROM eventflow_jobs_entries WHERE id = '${id}'`,
  )[0];

/** One that stands still within a transaction keeps all others from writing, for as long as it does. */
async function stopOutsideOfTransactions(one: WorkerProcess, file: string): Promise<void> {
  const database = new DatabaseSync(file, { timeout: 100 });
  await until(() => {
    one.signal('SIGSTOP');
    try {
      database.exec('BEGIN IMMEDIATE; ROLLBACK');
      return true;
    } catch {
      one.signal('SIGCONT');
      return false;
    }
  }, 'the process to stand still without a lock');
  database.close();
}

describe('when a process is killed', () => {
  it('another one that lives runs its entries again within about two seconds, as the next attempt', async () => {
    const shared = new SharedFile(library.folder);
    const first = await shared.start();
    await first.schedule('StepJob', ['a', 60_000], 0);
    await shared.line('begin', 'a', { pid: first.pid, attempt: 1 });
    const second = await shared.start();

    await first.kill();
    const killed = Date.now();

    const again = await shared.line('begin', 'a', { attempt: 2 });
    expect(again.pid).toBe(second.pid);
    expect(again.at - killed).toBeLessThan(4_000);
  });

  it('a process that opens the file runs its entries again at once', async () => {
    const shared = new SharedFile(library.folder);
    const first = await shared.start();
    const id = await first.schedule('StepJob', ['a', 60_000], 0);
    await shared.line('begin', 'a');
    await first.kill();
    expect(stateOf(shared.file, id)).toEqual({ state: 1, attempt: 1 });

    const second = await shared.start();
    const ready = Date.now();

    const again = await shared.line('begin', 'a', { attempt: 2, pid: second.pid });
    expect(again.at - ready).toBeLessThan(500);
  });

  it('its attempt counts, and the last one fails the entry, which is told where it is found', async () => {
    const shared = new SharedFile(library.folder);
    const first = await shared.start();
    const id = await first.schedule('StepJob', ['a', 60_000], 0, { attempts: 1 });
    await shared.line('begin', 'a');
    await first.kill();

    const second = await shared.start();

    await shared.line('failed', id, { pid: second.pid });
    expect(stateOf(shared.file, id)).toEqual({ state: 3, attempt: 1 });
    expect(shared.lines('begin')).toHaveLength(1);
  });

  it('with three under load and one killed again and again, nothing acknowledged is lost, no claim is shared, the file is whole', async () => {
    const shared = new SharedFile(library.folder);
    const processes = await Promise.all([shared.start(), shared.start(), shared.start()]);
    const deaths = new Map<number, number>();

    for (let round = 0; round < 4; round++) {
      const bursts = processes.map((one, index) =>
        one.call('burst', `${round}.${index}.`, 600, 2).catch(() => {}),
      );
      const begun = shared.lines('begin').length;
      await until(() => shared.lines('begin').length > begun + 100 + 50 * round, 'some of the load');
      const victim = processes[round % 3]!;
      await victim.kill();
      deaths.set(victim.pid, Date.now());
      expect(integrityOf(shared.file)).toEqual([{ integrity_check: 'ok' }]);
      processes[round % 3] = await shared.start();
      await Promise.all(bursts);
    }
    await until(async () => {
      const counts = await processes[0].call<Record<JobState, number>>('counts');
      return counts.scheduled + counts.running === 0;
    }, 'all to have run');

    const lines = shared.lines();
    const ended = new Set(lines.filter(({ what }) => what === 'end').map(({ name }) => name));
    const lost = lines.filter(({ what, name }) => what === 'acknowledged' && !ended.has(name));
    expect(lost).toEqual([]);
    expect(shared.lines('acknowledged').length).toBeGreaterThan(4_000);
    expect(sharedClaims(lines, deaths)).toEqual([]);
    const states = query<{ state: number; n: number }>(
      shared.file,
      'SELECT state, count(*) AS n FROM eventflow_jobs_entries GROUP BY state',
    );
    const counted = query<{ state: number; n: number }>(
      shared.file,
      `SELECT state, sum(count) AS n FROM (
        SELECT state, count FROM eventflow_jobs_counts
        UNION ALL SELECT key, value FROM eventflow_jobs_workers, json_each(tally)
      ) GROUP BY state HAVING n != 0`,
    );
    expect(counted).toEqual(states);
    expect(states.map(({ state }) => state)).toEqual([2]);
    expect(integrityOf(shared.file)).toEqual([{ integrity_check: 'ok' }]);
  }, 60_000);
});

/** Attempts at one entry that were running in two living processes at the same time. */
function sharedClaims(lines: Line[], deaths: ReadonlyMap<number, number>): string[] {
  const spans = new Map<string, { pid: number; from: number; to: number }[]>();
  for (const { what, name, pid, at } of lines) {
    if (what === 'begin') {
      const to = deaths.get(pid) ?? Infinity;
      spans.set(name, [...(spans.get(name) ?? []), { pid, from: at, to }]);
    }
    if (what === 'end') spans.get(name)!.findLast((span) => span.pid === pid)!.to = at;
  }
  return [...spans].flatMap(([name, all]) =>
    all.some((one, index) =>
      all.some((other, at) => at > index && other.from < one.to && one.from < other.to),
    )
      ? [`${name}: ${JSON.stringify(all)}`]
      : [],
  );
}

describe('when a process stands still for longer than its lease', () => {
  it('its late finish changes nothing, and it works on in a new place, with all that it declares', async () => {
    const shared = new SharedFile(library.folder);
    const recurring = { every: '100ms', missed: 'skip' } as const;
    const first = await shared.start({ lease: '500ms', recurring });
    const id = await first.schedule('StepJob', ['a', 300], 0);
    await shared.line('begin', 'a', { pid: first.pid });
    await stopOutsideOfTransactions(first, shared.file);
    const second = await shared.start({ lease: '500ms' });
    await shared.line('end', 'a', { pid: second.pid, attempt: 2 });
    await until(() => stateOf(shared.file, id)?.state === 2, 'the end to be written down');
    const [finished] = query<object>(shared.file, `SELECT * FROM eventflow_jobs_entries WHERE id = '${id}'`);

    first.signal('SIGCONT');
    // Claimed by whom nobody takes for alive, these would be lost.
    await first.call('burst', 'after.', 200, 1);
    await until(() => new Set(shared.lines('end').map(({ name }) => name)).size === 201, 'all to have run');
    await second.close();
    await first.call('burst', 'alone.', 20, 1);
    await until(() => new Set(shared.lines('end').map(({ name }) => name)).size === 221, 'all to have run');

    expect(query<object>(shared.file, `SELECT * FROM eventflow_jobs_entries WHERE id = '${id}'`)).toEqual([
      finished,
    ]);
    const resumed = Date.now();
    await until(() => shared.lines('tick').some(({ at }) => at > resumed), 'a tick of what it declares');
    await until(
      () => query(shared.file, 'SELECT 1 FROM eventflow_jobs_entries WHERE state IN (0, 1)').length === 0,
      'nothing to be left behind',
    );
  });

  it('one that only was away for longer than its lease keeps what runs', async () => {
    const shared = new SharedFile(library.folder);
    const processes = await Promise.all([1, 2].map(() => shared.start({ lease: '1s' })));
    await processes[0]!.schedule('StepJob', ['a', 3_500], 0);
    await shared.line('begin', 'a');
    const locker = new DatabaseSync(shared.file);
    locker.exec('PRAGMA busy_timeout = 5000; BEGIN EXCLUSIVE');
    const locked = Date.now();
    // All leases run out, since nobody can renew them.
    await until(() => Date.now() - locked > 1_500);
    locker.exec('ROLLBACK');
    locker.close();

    await shared.line('end', 'a');
    expect(shared.lines('begin', 'a')).toHaveLength(1);
  });
});

describe('between living processes', () => {
  it('an entry that is due before all others wakes the one that sleeps, without a poll', async () => {
    const shared = new SharedFile(library.folder);
    const worker = await shared.start();
    const producer = await shared.start({ worker: false });
    await producer.schedule('StepJob', ['later'], HOUR);
    const idle = await worker.call<number>('idle', 1_000);

    const late: number[] = [];
    for (let index = 0; index < 30; index++) {
      const due = (await producer.call<number>('now')) + 20;
      await producer.schedule('StepJob', [`now.${index}`], 20);
      const { at } = await shared.line('begin', `now.${index}`);
      late.push(at - due);
    }

    late.sort((a, b) => a - b);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    expect(late[15]).toBeLessThan(50);
    expect(late[29]).toBeLessThan(500);
    expect(idle).toBeLessThan(150);
  });

  it('it does so also when the file by which they wake each other was deleted', async () => {
    const shared = new SharedFile(library.folder);
    const worker = await shared.start();
    const producer = await shared.start({ worker: false });
    for (const round of [1, 2]) {
      rmSync(`${shared.file}-wake`);
      await producer.schedule('StepJob', [`a${round}`], 0);
      await producer.schedule('StepJob', [`b${round}`], 0);
      const { pid } = await shared.line('begin', `b${round}`);
      await shared.line('begin', `a${round}`);
      expect(pid).toBe(worker.pid);
    }
  });

  it('a cancel aborts the attempt where it runs', async () => {
    const shared = new SharedFile(library.folder);
    const worker = await shared.start();
    const other = await shared.start({ worker: false });
    const id = await other.schedule('StepJob', ['a', 60_000], 0, { key: 'k' });
    await shared.line('begin', 'a', { pid: worker.pid });

    expect(await other.call('cancel', { key: 'k' })).toBe(true);

    expect(await shared.line('aborted', 'a')).toMatchObject({ pid: worker.pid, more: 'JobCancelledError' });
    await until(() => stateOf(shared.file, id)?.state === 4, 'the entry to be cancelled');
  });

  it('a retry runs at its time wherever there is a free slot, not only where the attempt before ran', async () => {
    const shared = new SharedFile(library.folder);
    const processes = await Promise.all([shared.start(), shared.start()]);
    const policy = { attempts: 2, timeout: 30, backoff: { type: 'fixed', delay: 400 } };
    const id = await processes[0].schedule('StepJob', ['a', 60_000], 0, policy);
    const { pid } = await shared.line('begin', 'a', { attempt: 1 });
    await until(() => stateOf(shared.file, id)?.state === 0, 'the retry to be written down');
    const failed = Date.now();
    const first = processes.find((one) => one.pid === pid)!;
    await stopOutsideOfTransactions(first, shared.file);

    const again = await shared.line('begin', 'a', { attempt: 2 });
    expect(again.pid).not.toBe(pid);
    expect(again.at - failed).toBeLessThan(900);
  });
});

describe('a recurring job', () => {
  const ticksOf = (shared: SharedFile) => shared.lines('tick').map(({ name }) => Number(name));

  it('runs once a tick, whatever the number of processes', async () => {
    const shared = new SharedFile(library.folder);
    const recurring = { every: '100ms' };
    await Promise.all([1, 2, 3].map(() => shared.start({ recurring })));
    await until(() => ticksOf(shared).length >= 20, 'twenty ticks');

    const ticks = ticksOf(shared);
    expect(new Set(ticks).size).toBe(ticks.length);
    expect(new Set(ticks.map((tick) => (tick - ticks[0]!) % 100))).toEqual(new Set([0]));
    for (const { at, name } of shared.lines('tick')) expect(at).toBeGreaterThanOrEqual(Number(name));
  });

  it('loses and doubles no tick in a rolling deploy to a release that declares it, and back', async () => {
    const shared = new SharedFile(library.folder);
    const recurring = { every: '600ms' };
    const old = await shared.start();
    const fresh = await shared.start({ recurring });
    await until(() => ticksOf(shared).length >= 2, 'the first ticks');
    await old.close();
    const older = await shared.start();
    await until(() => ticksOf(shared).length >= 4, 'ticks beside the old release');
    await fresh.close();
    // Nobody declares it for longer than a round of maintenance takes.
    await older.call('idle', 2_500);
    const before = ticksOf(shared).length;
    const newest = await shared.start({ recurring });
    await until(() => ticksOf(shared).length >= before + 2, 'ticks after the deploy back');
    await Promise.all([older.close(), newest.close()]);

    const ticks = ticksOf(shared);
    expect(new Set(ticks).size).toBe(ticks.length);
    expect(new Set(ticks.map((tick) => (tick - ticks[0]!) % 600))).toEqual(new Set([0]));
    // While nobody could run it there is one tick for all that passed.
    const gaps = ticks.slice(1).map((tick, index) => tick - ticks[index]!);
    expect(gaps.filter((gap) => gap > 600).length).toBeLessThanOrEqual(1);
  });
});
