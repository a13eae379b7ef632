import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { JobScheduler } from 'nestjs-eventflow-jobs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useCompiledLibrary } from '../support/compiled.js';
import { SharedFile } from '../schedulers/sqlite/support/worker-process.js';
import { until } from '../support/until.js';
import { NoteJob, startMoveApp } from './support/move-jobs.js';
import { runMove } from './support/run-move.js';
import { type Store, type StoreKind, createStore, storeIn } from './support/stores.js';

const library = useCompiledLibrary();

/** The command in a process of its own. */
function startMove(from: Store, to: Store) {
  const program = join(library.folder, 'cli', 'main.js');
  const args = [program, 'move', '--from', from.address, '--to', to.address];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, ended: once(child, 'close'), output: () => output };
}

async function idsOf(scheduler: JobScheduler): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await scheduler.list({ limit: 5_000, ...(cursor !== undefined && { cursor }) });
    ids.push(...page.entries.map(({ id }) => id));
    ({ cursor } = page);
  } while (cursor !== undefined);
  return ids;
}

describe.each<[StoreKind, StoreKind]>([
  ['sqlite', 'sqlite'],
  ['sqlite', 'pg-boss'],
  ['sqlite', 'bullmq'],
])('A move from %s to %s that is killed half-way', (from, to) => {
  it('neither loses nor doubles any when it is run again', async () => {
    const source = await createStore(from);
    const target = await createStore(to);
    const producer = await startMoveApp(source.scheduler());
    const many = Array.from({ length: 5_000 }, (_, index) => ({
      job: new NoteJob(`note ${index}`),
      when: '1h' as const,
      ...(index % 3 === 0 && { key: `key ${index}` }),
    }));
    const ids = await producer.scheduler.scheduleMany(many);
    await producer.scheduler.scheduleRecurring('daily', new NoteJob('daily'), { every: '1 day' });
    await producer.nest.close();
    const { scheduler } = await startMoveApp(target.scheduler());

    let moved = 0;
    for (const what of ['the first of them', 'more of them']) {
      const killed = startMove(source, target);
      const before = moved;
      await until(async () => (await scheduler.counts()).scheduled > before, what);
      killed.child.kill('SIGKILL');
      await killed.ended;
      expect(killed.child.signalCode).toBe('SIGKILL');
      moved = (await scheduler.counts()).scheduled;
      expect(moved).toBeLessThan(ids.length);
    }

    const last = startMove(source, target);
    await last.ended;

    const [left, there] = [ids.length - moved, moved].map((count) => count.toLocaleString('en-US'));
    expect(last.output()).toContain(`Entries: ${left} copied, ${there} there already, 0 left behind.`);
    expect(last.child.exitCode).toBe(0);
    const found = await idsOf(scheduler);
    expect(found).toHaveLength(ids.length);
    expect(new Set(found)).toEqual(new Set(ids));
    expect(await scheduler.counts()).toMatchObject({ scheduled: ids.length });
    expect(await scheduler.listRecurring()).toMatchObject([{ id: 'daily' }]);
  }, 60_000);
});

describe.each<StoreKind>(['sqlite', 'pg-boss', 'bullmq'])(
  'What ran on %s when its worker was killed',
  (kind) => {
    it('waits again with that attempt counted, has failed if that was its last, and is left where it was told to stop', async () => {
      const log = new SharedFile(library.folder);
      const source = kind === 'sqlite' ? storeIn(log.file) : await createStore(kind);
      const target = await createStore('sqlite');
      const process = await log.start({ ...source.options, lease: '1s' });
      const again = await process.schedule('StepJob', ['again', 600_000], 0, { key: 'k' });
      const last = await process.schedule('StepJob', ['last', 600_000], 0, { attempts: 1 });
      const stopped = await process.schedule('StepJob', ['stopped', 600_000], 0);
      for (const name of ['again', 'last', 'stopped']) await log.line('begin', name);
      const { scheduler } = await startMoveApp(source.scheduler());
      await until(async () => {
        // It is not to hear that one is to stop; it may stand still in the middle of a write, and then nobody else can.
        process.signal('SIGSTOP');
        return scheduler.cancel(stopped).catch(() => process.signal('SIGCONT'));
      }, 'the cancellation');
      await process.kill();
      await until(async () => (await scheduler.workers()).length === 0, 'the end of its lease');

      const moved = await runMove(source, target);

      expect(moved.code).toBe(0);
      expect(moved.report.entries).toMatchObject({
        copied: 2,
        resumed: 1,
        failed: [last],
        cancelled: [stopped],
      });
      const reader = await startMoveApp(target.scheduler());
      const lost = { name: 'WorkerLostError', message: 'The process that ran the attempt is gone.' };
      expect(await reader.scheduler.get({ key: 'k' })).toMatchObject({
        id: again,
        state: 'scheduled',
        attempt: 1,
        failures: [{ attempt: 1, ...lost }],
      });
      expect(await reader.scheduler.get(last)).toMatchObject({
        state: 'failed',
        attempt: 1,
        lastError: lost,
      });
      expect(await reader.scheduler.get(stopped)).toBeUndefined();
    }, 60_000);
  },
);

describe.each<StoreKind>(['sqlite', 'pg-boss', 'bullmq'])(
  'A worker that comes to %s while it is moved',
  (kind) => {
    it('is told of in the end, with the exit code, and when it has gone the next run finds all there', async () => {
      const source = await createStore(kind);
      const target = await createStore('sqlite');
      const producer = await startMoveApp(source.scheduler());
      const many = Array.from({ length: 10_000 }, (_, index) => ({
        job: new NoteJob(`note ${index}`),
        when: '1h' as const,
      }));
      const ids = await producer.scheduler.scheduleMany(many);
      const { scheduler } = await startMoveApp(target.scheduler());

      const move = startMove(source, target);
      await until(async () => (await scheduler.counts()).scheduled > 0, 'the first of them');
      move.child.kill('SIGSTOP');
      expect((await scheduler.counts()).scheduled).toBeLessThan(ids.length);
      const worker = await startMoveApp(source.scheduler(), { worker: true });
      move.child.kill('SIGCONT');
      await move.ended;

      expect(move.output()).toContain(`On the source there works process ${process.pid}`);
      expect(move.child.exitCode).toBe(1);
      await worker.nest.close();
      const again = await runMove(source, target);
      expect(again.code).toBe(0);
      expect(again.report.entries).toMatchObject({ copied: 0, known: ids.length });
      expect(new Set(await idsOf(scheduler))).toEqual(new Set(ids));
    }, 60_000);
  },
);
