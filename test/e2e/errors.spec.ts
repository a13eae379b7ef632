import * as library from 'nestjs-eventflow-jobs';
import { type Job, type JobContext, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { errorOf, startApp } from '../support/app.js';
import { until } from '../support/until.js';

const hooks: Record<string, (context: JobContext) => unknown> = {};

class HookJob implements Job {
  constructor(readonly name: string) {}
  async execute(context: JobContext) {
    await hooks[this.name]?.(context);
  }
}
const local = { scheduler: inProcessScheduler(), jobs: [HookJob] };

describe('every error of the library', () => {
  const classes = Object.entries(library).filter(([name]) => name.endsWith('Error'));

  it.each(classes)('%s extends EventFlowJobsError and is named after its class', (name, type) => {
    const error = new (type as new (...args: unknown[]) => Error)(
      name === 'JobDefinitionError' ? ['x'] : 'x',
    );
    expect(error).toBeInstanceOf(library.EventFlowJobsError);
    expect(error.name).toBe(name);
  });
});

describe('the error', () => {
  it('of a taken key names the key, its holder and the mend', async () => {
    const { scheduler } = await startApp(local);
    const holder = await scheduler.schedule(new HookJob('a'), '1h', { key: 'order:42' });
    const error = await errorOf(() =>
      scheduler.schedule(new HookJob('a'), '1h', { key: 'order:42', onConflict: 'reject' }),
    );
    expect(error).toBeInstanceOf(library.DuplicateJobKeyError);
    expect(error.message).toBe(
      `The key 'order:42' is held by the pending entry ${holder}: cancel that one first, or schedule with ` +
        "`onConflict: 'replace'` or `'keep'`.",
    );
  });

  it.each([
    ['an empty key', { key: '' }, 'A key must be text of 1 to 255 characters, but this one is 0 characters.'],
    [
      'a wrong rule',
      { onConflict: 'ignore' },
      "onConflict must be one of 'keep', 'replace', 'reject', but is \"ignore\".",
    ],
    [
      'wrong metadata',
      { metadata: { tenant: 5 } },
      'metadata.tenant must be text: convert it, or leave it out.',
    ],
    ['metadata that is no record', { metadata: ['x'] }, 'metadata must be a record of texts, such as'],
    [
      'metadata that is too long',
      { metadata: { a: 'x'.repeat(70_000) } },
      'metadata is longer than 65536 characters',
    ],
    ['a wrong policy', { attempts: 0 }, 'The options of the call: attempts must be a whole number from 1'],
  ])('of %s says what would do', async (_, options, message) => {
    const { scheduler } = await startApp(local);
    const error = await errorOf(() => scheduler.scheduleNow(new HookJob('a'), options as never));
    expect(error).toBeInstanceOf(library.InvalidScheduleError);
    expect(error.message).toContain(message);
  });

  it('of a missing time says how to schedule for now', async () => {
    const { scheduler } = await startApp(local);
    for (const call of [
      () => scheduler.schedule(new HookJob('a'), undefined as never),
      () => scheduler.reschedule('id', undefined as never),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(library.InvalidScheduleError);
      expect(error.message).toBe('No time was given: pass a Date or a delay, or call scheduleNow().');
    }
  });

  it('of a timeout names the job, its entry, the limit and the mend', async () => {
    hooks['slow'] = () => new Promise(() => {});
    const { scheduler } = await startApp(local);
    const id = await scheduler.scheduleNow(new HookJob('slow'), { timeout: 30, attempts: 1 });
    await until(async () => (await scheduler.get(id))?.state === 'failed', 'the timeout');
    expect((await scheduler.get(id))?.lastError).toMatchObject({
      name: 'JobTimeoutError',
      message:
        `HookJob (${id}) ran for longer than its timeout of 30 ms: let it end when \`context.signal\` aborts, or raise ` +
        '`timeout` in its @JobPolicy.',
    });
  });

  it('of a snooze tells its delay', () => {
    expect(new library.SnoozeJobError('5m').message).toBe('Asked to be run again after 5m.');
    expect(new library.SnoozeJobError(500).message).toBe('Asked to be run again after 500 ms.');
    expect(new library.SnoozeJobError(500).delay).toBe(500);
  });

  it('of a cancellation and of a stop is the reason of the signal', async () => {
    const reasons: unknown[] = [];
    let begun = 0;
    hooks['held'] = ({ signal }) => {
      begun += 1;
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(signal.reason as Error);
        }),
      );
    };
    const { nest, scheduler } = await startApp({ ...local, shutdownTimeout: 10 });
    const id = await scheduler.scheduleNow(new HookJob('held'));
    await until(() => begun === 1, 'the attempt');
    await scheduler.cancel(id);
    await until(() => reasons.length === 1, 'the signal');
    await scheduler.scheduleNow(new HookJob('held'));
    await until(() => begun === 2, 'the next attempt');
    await nest.close();
    expect(reasons.map((reason) => [(reason as Error).name, (reason as Error).message])).toEqual([
      ['JobCancelledError', 'The entry was cancelled.'],
      ['WorkerStoppedError', 'The worker stopped, and the attempt did not end within 10 ms.'],
    ]);
  });

  it('of an app without CqrsModule says what to import', async () => {
    class PlainCommand {}
    const failures: Error[] = [];
    const { Test } = await import('@nestjs/testing');
    const { CommandHandler } = await import('@nestjs/cqrs');
    class PlainHandler {
      async execute() {}
    }
    CommandHandler(PlainCommand)(PlainHandler);
    const module = await Test.createTestingModule({
      imports: [library.EventFlowJobsModule.forRoot()],
      providers: [PlainHandler],
    }).compile();
    const app = await module.createNestApplication({ logger: false }).init();
    app
      .get(library.JobEvents)
      .ofType('failed')
      .subscribe(({ error }) => failures.push(error!));
    await app.get(library.CommandScheduler).scheduleNow(new PlainCommand());
    await app.close();
    expect(failures[0]).toBeInstanceOf(library.JobDefinitionError);
    expect(failures[0]!.message).toContain('import CqrsModule.forRoot() of @nestjs/cqrs into the app');
  });
});
