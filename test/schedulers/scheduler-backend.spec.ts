import {
  type Capability,
  InvalidScheduleError,
  type Job,
  JobScheduler,
  type NewEntry,
  SchedulerUnavailableError,
  UnsupportedOperationError,
} from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { describe, expect, it } from 'vitest';
import { errorOf, startApp } from '../support/app.js';

class NoteJob implements Job {
  execute() {}
}
const job = new NoteJob();
const every = { every: '1h' } as const;

/** Says what it can do, and does none of it. */
const boasting = (...capabilities: Capability[]) =>
  class BoastingScheduler extends JobScheduler {
    readonly capabilities = new Set(capabilities);
  };

const calls: [string, Capability, (scheduler: JobScheduler) => Promise<unknown>][] = [
  ['cancel()', 'cancel', (scheduler) => scheduler.cancel('id')],
  ['reschedule()', 'reschedule', (scheduler) => scheduler.reschedule('id', '1h')],
  ['retry()', 'retry', (scheduler) => scheduler.retry('id')],
  ['get()', 'query', (scheduler) => scheduler.get('id')],
  ['list()', 'query', (scheduler) => scheduler.list()],
  ['counts()', 'query', (scheduler) => scheduler.counts()],
  ['pause()', 'pause', (scheduler) => scheduler.pause()],
  ['resume()', 'pause', (scheduler) => scheduler.resume()],
];
const recurringCalls: typeof calls = [
  ['scheduleRecurring()', 'recurring', (scheduler) => scheduler.scheduleRecurring('id', job, every)],
  ['removeRecurring()', 'recurring', (scheduler) => scheduler.removeRecurring('id')],
  ['listRecurring()', 'recurring', (scheduler) => scheduler.listRecurring()],
];
const refusal = (operation: string, capability: Capability) =>
  `BoastingScheduler does not offer ${operation} (capability '${capability}'): choose inProcessScheduler() as ` +
  '`scheduler` of EventFlowJobsModule.forRoot().';

describe('A scheduler that declares nothing', () => {
  it.each([
    ...calls,
    ...recurringCalls,
    ['explain()', 'query', (one) => one.explain('id')] as (typeof calls)[0],
  ])('refuses %s, and says which one can', async (operation, capability, call) => {
    const { scheduler } = await startApp({ scheduler: boasting(), jobs: [NoteJob] });
    const error = await errorOf(() => call(scheduler));
    expect(error).toBeInstanceOf(UnsupportedOperationError);
    expect(error.message).toBe(refusal(operation, capability));
  });

  it('takes nothing over from another one', async () => {
    const { scheduler } = await startApp({ scheduler: boasting(), jobs: [NoteJob] });
    const messages = [
      await errorOf(() => scheduler['adoptEntries']([])),
      await errorOf(() => scheduler['adoptRecurring']({} as never)),
    ].map(({ message }) => message);
    expect(messages[0]).toContain(
      "BoastingScheduler does not offer taking over entries (capability 'durable')",
    );
    expect(messages[1]).toContain('BoastingScheduler does not offer taking over recurring jobs');
  });

  it('refuses a time, a key and a transaction', async () => {
    const { scheduler } = await startApp({ scheduler: boasting(), jobs: [NoteJob] });
    const message = async (call: () => Promise<unknown>) => (await errorOf(call)).message;
    expect(await message(() => scheduler.schedule(job, '1h'))).toBe(refusal('a time to run at', 'delay'));
    expect(await message(() => scheduler.scheduleNow(job, { key: 'k' }))).toBe(refusal('keys', 'key'));
    expect(await message(() => scheduler.scheduleNow(job, { transaction: {} }))).toBe(
      "BoastingScheduler does not offer the caller's transaction (capability 'transaction'): choose a durable one " +
        '(pgBossScheduler(), sqliteScheduler()) as `scheduler` of EventFlowJobsModule.forRoot().',
    );
  });
});

describe('A scheduler that declares what it did not implement', () => {
  it.each(calls)('refuses %s as well', async (operation, capability, call) => {
    const { scheduler } = await startApp({ scheduler: boasting(capability), jobs: [NoteJob] });
    const error = await errorOf(() => call(scheduler));
    expect(error).toBeInstanceOf(UnsupportedOperationError);
    expect(error.message).toBe(refusal(operation, capability));
  });

  it.each(recurringCalls)('refuses %s as well', async (_, capability, call) => {
    const Scheduler = boasting(capability);
    class WithoutWorker extends Scheduler {
      protected override async declareRecurring() {}
    }
    const { scheduler } = await startApp({ scheduler: WithoutWorker, jobs: [NoteJob] });
    expect((await errorOf(() => call(scheduler))).message).toMatch(
      /^WithoutWorker does not offer recurring jobs \(capability 'recurring'\)/,
    );
  });

  it('refuses declared recurring jobs at the start', async () => {
    const error = await errorOf(() => startApp({ scheduler: boasting('recurring'), jobs: [NoteJob] }));
    expect(error.message).toBe(refusal('recurring jobs', 'recurring'));
  });

  it('refuses to schedule', async () => {
    const { scheduler } = await startApp({ scheduler: boasting('delay'), jobs: [NoteJob] });
    expect((await errorOf(() => scheduler.schedule(job, '1h'))).message).toBe(refusal('scheduling', 'delay'));
  });
});

describe('A scheduler', () => {
  it('that is durable refuses a backoff function of a call, which it could not store', async () => {
    class DurableScheduler extends TestJobScheduler {
      override readonly capabilities = new Set<Capability>(['delay', 'durable']);
    }
    const { scheduler } = await startApp({ scheduler: DurableScheduler, jobs: [NoteJob] });
    const error = await errorOf(() => scheduler.scheduleNow(job, { backoff: () => 1 }));
    expect(error).toBeInstanceOf(InvalidScheduleError);
    expect(error.message).toBe(
      'A backoff function cannot be stored with an entry: put it on the class with @JobPolicy, or give a fixed or ' +
        'exponential backoff.',
    );
    await scheduler.scheduleNow(job, { backoff: { type: 'fixed', delay: 1 } });
    await scheduler.scheduleNow(job);
  });

  it('that is durable refuses a backoff function of a recurring job as well', async () => {
    class DurableScheduler extends TestJobScheduler {
      override readonly capabilities = new Set<Capability>(['recurring', 'durable']);
    }
    const { scheduler } = await startApp({ scheduler: DurableScheduler, jobs: [NoteJob] });
    await expect(scheduler.scheduleRecurring('a', job, every, { backoff: () => 1 })).rejects.toThrow(
      'A backoff function cannot be stored with an entry',
    );
    expect(await scheduler.listRecurring()).toEqual([]);
  });

  it('is given no recurring schedule that makes no sense', async () => {
    const saved: unknown[] = [];
    class SavingScheduler extends TestJobScheduler {
      protected override async saveRecurring(recurring: unknown) {
        saved.push(recurring);
      }
    }
    const { scheduler } = await startApp({ scheduler: SavingScheduler, jobs: [NoteJob] });
    for (const schedule of [{ cron: '61 * * * *' }, { every: '1h', missed: 'twice' }, undefined]) {
      await expect(scheduler.scheduleRecurring('a', job, schedule as never)).rejects.toThrow(
        InvalidScheduleError,
      );
    }
    expect(saved).toEqual([]);
    await scheduler.scheduleRecurring('a', job, every);
    expect(saved).toHaveLength(1);
  });

  it('gets the transaction of the call, be it one for all or one that all entries name', async () => {
    const given: unknown[] = [];
    class TransactionalScheduler extends TestJobScheduler {
      override readonly capabilities = new Set<Capability>(['transaction', 'key']);
      protected override insert(entries: readonly NewEntry[], transaction?: unknown) {
        given.push(transaction);
        return super.insert(entries);
      }
    }
    const { scheduler } = await startApp({ scheduler: TransactionalScheduler, jobs: [NoteJob] });
    const [transaction, other] = [{ of: 'call' }, { of: 'entry' }];
    await scheduler.scheduleNow(job, { transaction });
    await scheduler.scheduleMany([{ job }, { job, key: 'a' }], { transaction });
    await scheduler.scheduleMany([
      { job, transaction: other },
      { job, transaction: other },
    ]);
    await scheduler.scheduleMany([{ job }, { job, transaction }], { transaction });
    await scheduler.scheduleMany([{ job }]);
    expect(given).toEqual([transaction, transaction, other, transaction, undefined]);
    for (const [first, second] of [
      [other, transaction],
      [other, undefined],
    ]) {
      const mixed = [
        { job, transaction: first },
        { job, transaction: second },
      ];
      await expect(scheduler.scheduleMany(mixed)).rejects.toThrow('different transactions');
    }
    expect(given).toHaveLength(5);
  });

  it('need not know what holds an entry up to explain it', async () => {
    class TersePlanner extends TestJobScheduler {
      protected override findObstacles = JobScheduler.prototype['findObstacles'];
    }
    const { scheduler } = await startApp({ scheduler: TersePlanner, jobs: [NoteJob] });
    const id = await scheduler.schedule(job, '1h');
    expect((await scheduler.explain(id)).reason).toBe('not-due');
    expect((await scheduler.explain(await scheduler.scheduleNow(job))).reason).toBeTypeOf('string');
  });

  it('is closed once, however often the app is', async () => {
    const closed: string[] = [];
    class ClosingScheduler extends TestJobScheduler {
      protected override async close() {
        closed.push('closed');
      }
    }
    const { scheduler } = await startApp({ scheduler: ClosingScheduler, jobs: [NoteJob] });
    await Promise.all([scheduler['shutDown'](), scheduler['shutDown']()]);
    expect(closed).toEqual(['closed']);
    for (const call of [
      () => scheduler.scheduleNow(job),
      () => scheduler.scheduleMany([{ job }]),
      () => scheduler.scheduleRecurring('a', job, every),
      () => scheduler.cancel('id'),
      () => scheduler.list(),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(SchedulerUnavailableError);
      expect(error.message).toBe('The app has shut down, and its scheduler with it.');
    }
  });

  it('that is part of no app says so', async () => {
    const message =
      'TestJobScheduler is not part of a running app: take it from one that imports EventFlowJobsModule.forRoot().';
    for (const call of [
      (scheduler: JobScheduler) => scheduler.scheduleNow(job),
      (scheduler: JobScheduler) => scheduler.cancel('id'),
      (scheduler: JobScheduler) => Promise.resolve(scheduler['stopWork'](0)),
    ]) {
      expect((await errorOf(() => call(new TestJobScheduler()))).message).toBe(message);
    }
  });

  it('is opened once, however many ask; after a failure the next one tries again', async () => {
    const opened: string[] = [];
    class FlakyScheduler extends TestJobScheduler {
      protected override async open() {
        opened.push('asked');
        if (opened.length === 2) throw new Error('away');
      }
    }
    const { scheduler } = await startApp({ scheduler: FlakyScheduler, jobs: [NoteJob] });
    await Promise.all([scheduler.scheduleNow(job), scheduler.scheduleNow(job)]);
    expect(opened).toHaveLength(1);
    scheduler['opening'] = undefined;
    scheduler['hasOpened'] = false;
    const outcomes = await Promise.allSettled([scheduler.scheduleNow(job), scheduler.scheduleNow(job)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(opened).toHaveLength(2);
    await scheduler.scheduleNow(job);
    await scheduler.scheduleNow(job);
    expect(opened).toHaveLength(3);
  });
});
