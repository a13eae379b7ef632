import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Test } from '@nestjs/testing';
import {
  CommandScheduler,
  EventFlowJobsModule,
  JobEvents,
  JobScheduler,
  JobWorker,
} from 'nestjs-eventflow-jobs';
import { jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { until } from '../support/until.js';
import { TimerScheduler } from './timer.scheduler.js';
import { AppModule, NoteJob } from './writing-a-scheduler.snippets.js';

const timerCases = jobSchedulerConformance({
  name: 'TimerScheduler',
  capabilities: ['delay', 'cancel'],
  setUp: () => ({ scheduler: () => TimerScheduler }),
});
const toRun = timerCases.filter(({ skip }) => skip === undefined);
const toSkip = timerCases.filter(({ skip }) => skip !== undefined);

const root = fileURLToPath(new URL('../..', import.meta.url));

async function start(commands: (new () => object)[] = []) {
  const module = await Test.createTestingModule({
    imports: [AppModule, EventFlowJobsModule.forFeature({ commands })],
  }).compile();
  const app = await module.createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());
  return { app, scheduler: app.get(JobScheduler), worker: app.get(JobWorker) };
}

describe('the code of docs/writing-a-scheduler.md', () => {
  it('registers the scheduler by its class', async () => {
    const { scheduler } = await start();
    expect(scheduler).toBeInstanceOf(TimerScheduler);
    const id = await scheduler.schedule(new NoteJob('hello'), 20);
    await until(() => NoteJob.notes.includes(`${id} hello`), 'the note');
  });

  it('runs an entry once, though the worker is started twice', async () => {
    const { scheduler, worker } = await start();
    const id = await scheduler.schedule(new NoteJob('once'), 50);
    await worker.start();
    const last = await scheduler.schedule(new NoteJob('last'), 100);
    await until(() => NoteJob.notes.includes(`${last} last`), 'the later note');
    expect(NoteJob.notes.filter((note) => note === `${id} once`)).toHaveLength(1);
  });

  it('keeps what is parked until the next start, or until it is cancelled', async () => {
    class NobodysCommand {}
    const { app, scheduler, worker } = await start([NobodysCommand]);
    let parked = 0;
    app
      .get(JobEvents)
      .ofType('parked')
      .subscribe(() => (parked += 1));
    const id = await app.get(CommandScheduler).scheduleNow(new NobodysCommand());
    await until(() => parked === 1, 'it to be parked');
    await worker.stop();
    await worker.start();
    await until(() => parked === 2, 'it to be tried again');
    expect(await scheduler.cancel(id)).toBe(true);
    expect(await scheduler.cancel(id)).toBe(false);
  });
});

describe('the kit under vitest:', async () => {
  await import('./writing-a-scheduler.vitest.snippets.js');
});

describe('the kit under jest', () => {
  it('is a test for each case', async () => {
    const run = new Map<string, () => Promise<void>>();
    const skipped: string[] = [];
    const test = (name: string, body: () => Promise<void>) => void run.set(name, body);
    const skip = (name: string) => void skipped.push(name);
    vi.stubGlobal('describe', (_: string, define: () => void) => define());
    vi.stubGlobal('it', Object.assign(test, { skip }));
    onTestFinished(() => void vi.unstubAllGlobals());
    await import('./writing-a-scheduler.jest.snippets.js');

    expect([run.size, skipped.length]).toEqual([toRun.length, toSkip.length]);
    expect(skipped).toContain('7. keep: the entry that stands is kept, and its id given');
    await run.get('2. a delayed job runs not before its time, and soon after')!();
  });
});

describe('the kit under node:test', () => {
  it('is a test for each case', { timeout: 60_000 }, async () => {
    const script = `
      import { loadConfigFromFile, runnerImport } from 'vite';
      const { config } = await loadConfigFromFile({ command: 'serve', mode: 'test' }, 'vitest.config.ts');
      const { oxc, resolve } = config.test.projects[0];
      const snippets = ${JSON.stringify(`${root}test/docs/writing-a-scheduler.node-test.snippets.ts`)};
      await runnerImport(snippets, { oxc, resolve, configFile: false });
    `;
    const args = ['--input-type=module', '--test-reporter=tap', '--eval', script];
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env }).catch((failed) =>
      Promise.reject(new Error(`${failed.stdout}${failed.stderr}`)),
    );
    const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1]);
    expect(stdout).toContain('ok 1 - TimerScheduler');
    expect(count('fail')).toBe(0);
    expect([count('pass'), count('skipped')]).toEqual([toRun.length, toSkip.length]);
  });
});

describe('docs/writing-a-scheduler.md is right that', () => {
  /** Says that it can do what it cannot. */
  class Boaster extends TimerScheduler {
    override readonly capabilities = new Set(['delay', 'cancel', 'key', 'query'] as const);
  }
  const cases = jobSchedulerConformance({
    name: 'Boaster',
    capabilities: ['delay', 'cancel', 'key', 'query'],
    setUp: () => ({ scheduler: () => Boaster }),
  });

  it('a capability that is declared without being there fails cases that need it', async () => {
    const ofKeys = cases.filter(({ name, skip }) => name.startsWith('7. ') && skip === undefined);
    expect(ofKeys.length).toBeGreaterThan(3);
    for (const { run } of ofKeys) await expect(run()).rejects.toThrow();
  });

  it('the subject and the scheduler must declare the same', async () => {
    const subject = {
      name: 'Timer',
      capabilities: ['delay'] as const,
      setUp: () => ({ scheduler: () => TimerScheduler }),
    };
    const declares = jobSchedulerConformance(subject).find(({ name }) => name.includes('declares'))!;
    await expect(declares.run()).rejects.toThrow('cancel');
  });
});
