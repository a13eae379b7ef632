import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.js';
import { useCompiledLibrary } from '../../support/compiled.js';
import { type Answer, findNode22, findNodeWithoutSqlite, runScenario } from './support/other-nodes.js';
import { SharedFile } from './support/worker-process.js';

const NUL = 'before \0 after';
const NONE = { scheduled: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, parked: 0 };
/** A process has to start, and the machine may be busy. */
const TIMEOUT = 90_000;

const library = useCompiledLibrary();

function play(node: string, scenario: string): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return runScenario(node, scenario, { library: library.folder, file: join(folder, 'jobs.db') });
}

const found = findNode22();
const why = 'missing' in found ? ` (skipped: ${found.missing})` : '';
describe.skipIf(why)(`on Node.js 22.13, the oldest that is supported${why}`, { timeout: TIMEOUT }, () => {
  const { node } = found as { node: string };

  it('which lacks what later ones have, and warns', async () => {
    const { result, errors } = await play(node, 'lacks');
    expect(result.node).toMatch(/^v22\.1[34]\./);
    expect(result.lacks).toEqual({ isTransaction: true, textBehindNul: true });
    expect(errors).toContain('ExperimentalWarning: SQLite');
  });

  it('runs jobs and commands with the data that went in, at their time, and keeps them', async () => {
    const { result, errors } = await play(node, 'runs');
    expect(result).toMatchObject({ same: [true, true], commands: 1, last: 'later' });
    expect(result.late).toBeGreaterThanOrEqual(0);
    expect(result.late).toBeLessThan(5_000);
    expect(result.counts).toEqual({ ...NONE, succeeded: 3 });
    expect(result.listed).toEqual(['Note', 'Note', 'Note']);
    // Nothing but the one warning, and the hint that Node.js adds to it.
    expect(errors.trim().split('\n')).toHaveLength(2);
  });

  it('has one pending entry per key', async () => {
    const { result } = await play(node, 'keys');
    expect(result).toMatchObject({ places: [0, 0, 2], holder: 2, reject: { error: 'DuplicateJobKeyError' } });
    expect(result.counts).toEqual({ ...NONE, scheduled: 1, cancelled: 1 });
  });

  it('refuses NUL in what entries are found by, and keeps it in all other texts', async () => {
    const { result: keys } = await play(node, 'keys');
    expect(keys.ofNul).toMatchObject({ error: 'InvalidScheduleError' });
    expect(keys.recurring).toMatchObject({ error: 'InvalidScheduleError' });
    const { result } = await play(node, 'texts');
    expect(result).toMatchObject({
      data: { payload: NUL },
      metadata: { [NUL]: NUL },
      progress: { fraction: 0.5, note: NUL },
      message: NUL,
      found: 0,
    });
  });

  it('has recurring jobs', async () => {
    expect((await play(node, 'recurs')).result).toMatchObject({ early: 0, left: [] });
  });

  it("schedules in the caller's transaction, and only in one", async () => {
    const { result } = await play(node, 'callersTransaction');
    const before = { ran: 0, seen: false, taken: 'DuplicateJobKeyError' };
    expect(result).toMatchObject({ rolledBack: before, committed: before });
    expect(result.afterRollback).toEqual(NONE);
    expect(result).toMatchObject({ names: ['committed'], ran: ['committed'] });
    expect(result.outside).toMatchObject({
      error: 'InvalidScheduleError',
      message: expect.stringContaining('no transaction is open'),
    });
    expect(result.closed).toMatchObject({
      error: 'InvalidScheduleError',
      message: expect.stringContaining('closed'),
    });
    expect(result.counts).toEqual({ ...NONE, succeeded: 1 });
  });

  it('commits what a job writes together with its end, and goes on after a commit that failed', async () => {
    const { result } = await play(node, 'transactionalWork');
    expect(result).toMatchObject({ tries: 2, names: ['of refused 2', 'of succeeds', 'of follows'] });
    expect(result.counts).toEqual({ ...NONE, succeeded: 3, failed: 1 });
  });

  it('loses nothing by kill -9: what waited comes at its time, what ran runs again', async () => {
    const shared = new SharedFile(library.folder, node);
    const first = await shared.start();
    const due = Date.now() + 1_500;
    await first.schedule('StepJob', ['runs', 60_000], 0, { attempts: 2 });
    await first.schedule('StepJob', ['waits', 0], due - Date.now());
    await shared.line('begin', 'runs', { attempt: 1 });
    await first.kill();

    const second = await shared.start();
    await shared.line('begin', 'runs', { attempt: 2, pid: second.pid });
    const { at } = await shared.line('end', 'waits');
    expect(at).toBeGreaterThanOrEqual(due);
    expect(at - due).toBeLessThan(8_000);
    const counts = () => second.call<typeof NONE>('counts');
    await until(async () => (await counts()).succeeded === 1, 'what waited to be written down as done');
    expect(await counts()).toEqual({ ...NONE, running: 1, succeeded: 1 });
  });
});

const old = findNodeWithoutSqlite();
const whyNot = 'missing' in old ? ` (skipped: ${old.missing})` : '';
describe.skipIf(whyNot)(`on a Node.js that has no SQLite${whyNot}`, { timeout: TIMEOUT }, () => {
  it('says at start which one will do', async () => {
    const { result } = await play((old as { node: string }).node, 'refusal');
    expect(result.error).toBe('UnusableStoreError');
    expect(result.message).toContain(`This Node.js, ${result.node}, has no node:sqlite`);
    expect(result.message).toContain('use Node.js 22.13 or newer, or another scheduler');
  });
});
