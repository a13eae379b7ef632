import { existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { moveCommand } from '../../lib/cli/move.command.js';
import { errorOf } from '../support/app.js';
import { until } from '../support/until.js';
import { LongJob, NoteJob, startMoveApp } from './support/move-jobs.js';
import { runMove } from './support/run-move.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { createStore } from './support/stores.js';

const SECRET = 's3cret/word';
const HIDDEN = encodeURIComponent(SECRET);
/** Nobody listens there. */
const NOBODY = '127.0.0.1:1';

const refusalOf = (from: string, to: string) =>
  errorOf(() => moveCommand.run(['--from', from, '--to', to], () => {}));

describe('A worker that lives on the source', () => {
  it('is named with host and process, and nothing is moved', async () => {
    const source = await createStore('sqlite');
    const target = await createStore('sqlite');
    const { scheduler } = await startMoveApp(source.scheduler(), { worker: true });
    await scheduler.schedule(new NoteJob('later'), '1h');

    const refusal = await refusalOf(source.address, target.address);

    expect(refusal.message).toContain(`process ${process.pid} on ${hostname()}`);
    expect(refusal.message).toContain('--force');
    const reader = await startMoveApp(target.scheduler());
    expect(await reader.scheduler.counts()).toMatchObject({ scheduled: 0 });
  });

  it('keeps, with --force, what it runs; the rest is copied', async () => {
    const source = await createStore('sqlite');
    const target = await createStore('sqlite');
    const { scheduler } = await startMoveApp(source.scheduler(), { worker: true });
    const running = await scheduler.scheduleNow(new LongJob());
    const later = await scheduler.schedule(new NoteJob('later'), '1h');
    await until(async () => (await scheduler.get(running))?.state === 'running', 'the long one to run');

    const { code, text, report } = await runMove(source, target, '--force');

    expect(code).toBe(1);
    expect(report.entries).toMatchObject({ copied: 1, running: [running] });
    expect(report.workers).toMatchObject([{ host: hostname(), pid: process.pid }]);
    expect(text).toContain(`${running}: left behind, since it runs.`);
    const reader = await startMoveApp(target.scheduler());
    expect((await reader.scheduler.list()).entries.map(({ id }) => id)).toEqual([later]);
  });
});

describe('A store that cannot be read or written', () => {
  it.each([
    ['mysql://root@localhost/jobs', "no scheduler for 'mysql:'"],
    ['sqlite:', 'needs a file behind it'],
    ['sqlite:./no/such.db', 'such.db is not there'],
    ['./no/such.js', 'such.js is not there'],
    [`postgres://app:${SECRET}@host:port/x`, 'The postgres URL cannot be read'],
    [`redis://app:${SECRET}@host:port/x`, 'The redis URL cannot be read'],
    ['redis://localhost/0?prefix=', '?prefix= is empty'],
    [`postgres://app:${HIDDEN}@${NOBODY}/jobs`, `postgres://app@${NOBODY}/jobs?schema=pgboss: `],
    [`redis://app:${HIDDEN}@${NOBODY}/0?prefix=x`, `redis://app@${NOBODY}/0?prefix=x: `],
  ])('is refused as a source: %s', async (from, text) => {
    const target = await createStore('sqlite');

    const { message } = await refusalOf(from, target.address);

    expect(message).toContain(text);
    expect(message).not.toContain(SECRET);
    expect(message).not.toContain(HIDDEN);
    expect(existsSync(target.address.slice('sqlite:'.length))).toBe(false);
  });

  it('is not made: a source without a schema stays without', async () => {
    const [source, target] = [await createStore('pg-boss'), await createStore('sqlite')];
    const twice = [
      await refusalOf(source.address, target.address),
      await refusalOf(source.address, target.address),
    ];
    for (const { message } of twice) expect(message).toContain('Schema pgboss is not installed');
  });

  it('is refused where both are one', async () => {
    const { address } = await createStore('sqlite');
    expect((await refusalOf(address, address)).message).toContain('Source and target are the same: sqlite:');
  });
});

describe('A scheduler of a file', () => {
  const moduleWith = (text: string) => {
    const file = join(temporaryFolder(), 'scheduler.mjs');
    writeFileSync(file, text);
    return file;
  };

  it('is what the file exports by default', async () => {
    const source = await createStore('sqlite');
    const { scheduler, nest } = await startMoveApp(source.scheduler());
    await scheduler.schedule(new NoteJob('later'), '1h');
    await nest.close();
    const target = await createStore('sqlite');
    const own = `move-target-${process.pid}`;
    Object.assign(globalThis, { [own]: target.scheduler() });

    const moved = await runMove(source, { address: moduleWith(`export default globalThis['${own}'];`) });

    expect(moved).toMatchObject({ code: 0, report: { entries: { copied: 1 } } });
    const reader = await startMoveApp(target.scheduler());
    expect(await reader.scheduler.counts()).toMatchObject({ scheduled: 1 });
  });

  it.each([
    ['export const scheduler = 1;', 'has no scheduler as its default export'],
    [
      'export default { kind: "x", create: () => ({ attach() {} }) };',
      'of another copy of nestjs-eventflow-jobs',
    ],
  ])('is refused where it is none: %s', async (text, reason) => {
    const target = await createStore('sqlite');
    expect((await refusalOf(moduleWith(text), target.address)).message).toContain(reason);
  });

  it('is refused where it keeps nothing', async () => {
    const { inProcessScheduler } = await import('nestjs-eventflow-jobs');
    Object.assign(globalThis, { [`move-memory-${process.pid}`]: inProcessScheduler() });
    const file = moduleWith(`export default globalThis['move-memory-${process.pid}'];`);
    const target = await createStore('sqlite');
    expect((await refusalOf(file, target.address)).message).toContain(
      'keeps nothing that outlives its process',
    );
  });
});

it('Without source or target the command tells how it is called', async () => {
  const lines: string[] = [];
  expect(await moveCommand.run(['--from', 'sqlite:./jobs.db'], (line) => lines.push(line))).toBe(2);
  expect(lines.join('\n')).toContain('--to TARGET');
});
