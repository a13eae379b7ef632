import { Test } from '@nestjs/testing';
import { CommandBus } from '@nestjs/cqrs';
import {
  CommandScheduler,
  EventFlowJobsModule,
  InvalidScheduleError,
  JobEvents,
  type Job,
  JobScheduler,
  JobVersion,
  JobWorker,
  instantScheduler,
} from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorOf } from '../support/app.js';
import {
  AppModule,
  CancelUnpaidOrderCommand,
  Log,
  Maintenance,
  Orders,
  ReminderJob,
  SendEmailCommand,
  failedMails,
  look,
  manage,
  pauseMail,
  recurring,
  schedule,
  scheduleMany,
  scheduleWithKey,
} from './scheduling.snippets.js';

@JobVersion('Broken', 1)
class BrokenJob implements Job {
  execute(): void {
    throw new Error('broken');
  }
}

async function start(now = '2027-03-01T09:00:00Z') {
  const scheduler = new TestJobScheduler({ now: new Date(now) });
  const module = await Test.createTestingModule({
    imports: [AppModule, EventFlowJobsModule.forFeature({ jobs: [BrokenJob] })],
    providers: [Maintenance],
  })
    .overrideProvider(JobScheduler)
    .useValue(scheduler)
    .compile();
  const app = await module.createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());
  const commands = app.get(CommandScheduler);
  return { app, scheduler, commands, lines: app.get(Log).lines };
}
/** The scheduled entries' times, without those of declared recurring jobs, which have no entry before their tick. */
const times = (scheduler: TestJobScheduler) => scheduler.pending.map(({ runAt }) => runAt.toISOString());

describe('the code of docs/scheduling.md', () => {
  it('schedules for now, for a delay and for a time', async () => {
    const { scheduler, commands } = await start();
    const id = await schedule(scheduler, commands);
    expect(times(scheduler)).toEqual([
      '2027-03-01T09:00:00.000Z',
      '2027-03-01T09:01:30.000Z',
      '2027-03-01T09:30:00.000Z',
      '2027-03-08T09:00:00.000Z',
      '2027-06-01T08:00:00.000Z',
    ]);
    expect((await scheduler.get(id))!.runAt).toEqual(new Date('2027-06-01T08:00:00Z'));
  });

  it('keeps, replaces, rejects and cancels by key', async () => {
    const { scheduler, commands } = await start();
    const { first, second, third } = await scheduleWithKey(scheduler, commands);
    expect(second).toBe(first);
    expect(await scheduler.get(first)).toMatchObject({ state: 'cancelled' });
    expect(await scheduler.get(third)).toMatchObject({ state: 'cancelled' });
    expect(scheduler.pending).toEqual([]);
    expect(await scheduler.get({ key: 'payment-deadline:42' })).toMatchObject({ id: third });
  });

  it('schedules many, or none', async () => {
    const { scheduler, lines } = await start();
    const ids = await scheduleMany(scheduler);
    const entries = await Promise.all(ids.map((id) => scheduler.get(id)));
    expect(entries).toMatchObject([
      { key: 'remind:42', data: { customerId: '42' } },
      { data: { customerId: '43' } },
      { command: { name: 'SendEmailCommand' } },
    ]);
    await scheduler.runDue();
    expect(lines).toEqual(['mail staff']);

    const { scheduled } = await scheduler.counts();
    const refused = [{ job: new ReminderJob('a') }, { job: new ReminderJob('b'), when: Number.NaN }];
    expect(await errorOf(() => scheduler.scheduleMany(refused))).toBeInstanceOf(InvalidScheduleError);
    expect((await scheduler.counts()).scheduled).toBe(scheduled);
  });

  it('reschedules, cancels, and leaves alone what has not failed', async () => {
    const { scheduler } = await start();
    const [, id] = await scheduleMany(scheduler);
    expect(await manage(scheduler, id!)).toEqual({ cancelled: true, retried: false });
    expect(await scheduler.get({ key: 'remind:42' })).toMatchObject({
      runAt: new Date('2027-06-01T08:00:00Z'),
    });
    expect(await scheduler.cancel(id!)).toBe(false);
  });

  it('lists all pages', async () => {
    const { scheduler, commands, app } = await start();
    app.get(Log).lines.push = () => {
      throw new Error('no mail server');
    };
    const ids: string[] = [];
    for (let i = 0; i < 3; i++)
      ids.push(await commands.scheduleNow(new SendEmailCommand(`${i}`), { attempts: 1 }));
    await scheduler.advanceBy('1m');
    expect((await failedMails(scheduler)).map(({ id }) => id)).toEqual(ids);
    const page = await scheduler.list({ state: 'failed', limit: 2 });
    expect([page.entries.length, typeof page.cursor]).toEqual([2, 'string']);
  });

  it('tells of an entry', async () => {
    const { scheduler } = await start();
    const id = await scheduler.schedule(new ReminderJob('42'), '1h');
    expect(await look(scheduler, id)).toMatchObject({
      entry: { id, state: 'scheduled' },
      scheduled: 1,
      running: 0,
      reason: 'not-due',
      text: 'It is due at 2027-03-01T10:00:00.000Z.',
    });
  });

  it('runs recurring jobs at their ticks, declared ones too', async () => {
    const { scheduler, commands, lines } = await start();
    const digest = await recurring(scheduler, commands);
    expect(digest).toMatchObject({ id: 'nightly-report', nextRunAt: new Date('2027-03-02T02:00:00Z') });
    expect(await scheduler.listRecurring()).toMatchObject([{ id: 'nightly-report' }, { id: 'digest' }]);
    await scheduler.advanceTo(new Date('2027-03-02T01:59:59Z'));
    expect(lines).toEqual([]);
    await scheduler.advanceTo(new Date('2027-03-02T07:00:00Z'));
    expect(lines).toEqual(['report of 2027-03-02T02:00:00.000Z', 'remind 42']);
  });

  it('pauses one queue and begins it again', async () => {
    const { scheduler, commands, lines } = await start();
    await scheduler.pause('mail');
    await commands.scheduleNow(new SendEmailCommand('42'), { queue: 'mail' });
    await commands.scheduleNow(new SendEmailCommand('43'));
    await scheduler.runDue();
    expect(lines).toEqual(['mail 43']);
    await pauseMail(scheduler);
    await scheduler.runDue();
    expect(lines).toEqual(['mail 43', 'mail 42']);
  });

  it('stops the worker for the maintenance, and starts it again', async () => {
    const { app, scheduler, lines } = await start();
    await scheduler.scheduleNow(new ReminderJob('42'));
    await app.get(Maintenance).run(async () => {
      await scheduler.runDue();
      expect(lines).toEqual([]);
    });
    await scheduler.runDue();
    expect(lines).toEqual(['remind 42']);
  });

  it('leaves a paid order alone, and an unpaid one is cancelled once', async () => {
    const { app, scheduler, commands } = await start();
    const { status } = app.get(Orders);
    status.set('paid', 'paid').set('unpaid', 'placed');
    for (const id of ['paid', 'unpaid', 'unpaid'])
      await commands.schedule(new CancelUnpaidOrderCommand(id), '30m');
    await scheduler.advanceBy('29m');
    expect([...status.values()]).toEqual(['paid', 'placed']);
    await scheduler.advanceBy('1m');
    expect([...status.values()]).toEqual(['paid', 'cancelled']);
  });

  it('takes 100 mails a minute, two at once', async () => {
    const { scheduler, commands, lines } = await start();
    for (let i = 0; i < 150; i++)
      await commands.scheduleNow(new SendEmailCommand(`${i}`), { queue: 'mail', attempts: 1 });
    await scheduler.advanceBy('59 seconds');
    expect(lines).toHaveLength(100);
    await scheduler.advanceBy('1 second');
    expect(lines).toHaveLength(150);
  });
});

describe('docs/scheduling.md is right that', () => {
  it('a time in the past is now, one that is missing is refused', async () => {
    const { scheduler, lines } = await start();
    await scheduler.schedule(new ReminderJob('past'), new Date(0));
    await scheduler.schedule(new ReminderJob('negative'), -300_000);
    await scheduler.runDue();
    expect(lines).toEqual(['remind past', 'remind negative']);
    const nothing = undefined as unknown as Date;
    for (const wrong of [nothing, Number.NaN, new Date(Number.NaN), 'soon' as '1s'])
      expect(await errorOf(() => scheduler.schedule(new ReminderJob('x'), wrong))).toBeInstanceOf(
        InvalidScheduleError,
      );
    expect(await errorOf(() => scheduler.reschedule('x', nothing))).toBeInstanceOf(InvalidScheduleError);
  });

  it('an entry that waits for a retry has lost its key', async () => {
    const { scheduler } = await start();
    const first = await scheduler.scheduleNow(new BrokenJob(), { key: 'k' });
    await scheduler.runDue();
    expect(await scheduler.get({ key: 'k' })).toMatchObject({ id: first, state: 'scheduled', attempt: 1 });
    const second = await scheduler.schedule(new BrokenJob(), '1h', { key: 'k' });
    expect(second).not.toBe(first);
    expect(await scheduler.get({ key: 'k' })).toMatchObject({ id: second });
  });

  it('retry() runs a failed entry again from attempt 1, and says so of no other', async () => {
    const { scheduler } = await start();
    const id = await scheduler.scheduleNow(new BrokenJob(), { attempts: 1 });
    await scheduler.runDue();
    expect(await scheduler.explain(id)).toMatchObject({ reason: 'failed' });
    expect(await scheduler.retry(id)).toBe(true);
    expect(await scheduler.get(id)).toMatchObject({ state: 'scheduled', attempt: 0 });
    expect(await scheduler.retry('nobody')).toBe(false);
  });

  it.each([
    ['30 2 * * *', ['2027-03-27T01:30', '2027-03-28T01:00', '2027-03-29T00:30']],
    ['0 6,18 * * *', ['2027-03-27T05:00', '2027-03-27T17:00', '2027-03-28T04:00']],
    ['*/30 2 * * *', ['2027-03-27T01:00', '2027-03-27T01:30', '2027-03-29T00:00']],
  ])('%s comes in Rome when the clocks go forward at %j', async (cron, expected) => {
    const { scheduler } = await start('2027-03-26T23:30:00Z');
    await scheduler.removeRecurring('nightly-report');
    await scheduler.scheduleRecurring('r', new ReminderJob('42'), { cron, timeZone: 'Europe/Rome' });
    const ticks: string[] = [];
    while (ticks.length < 3) {
      const nextRunAt = (await scheduler.listRecurring())[0]!.nextRunAt!;
      ticks.push(nextRunAt.toISOString().slice(0, 16));
      await scheduler.advanceTo(nextRunAt);
    }
    expect(ticks).toEqual(expected);
  });

  it.each([
    ['30 2 * * *', ['00:30']],
    ['*/30 2 * * *', ['00:00', '00:30', '01:00', '01:30']],
  ])('%s comes in Rome when the clocks go back at %j', async (cron, expected) => {
    const { scheduler, app } = await start('2027-10-30T22:30:00Z');
    const ticks: string[] = [];
    app
      .get(JobEvents)
      .ofType('scheduled')
      .subscribe(({ at }) => ticks.push(at.toISOString().slice(11, 16)));
    await scheduler.removeRecurring('nightly-report');
    await scheduler.scheduleRecurring('r', new ReminderJob('42'), { cron, timeZone: 'Europe/Rome' });
    await scheduler.advanceBy('12h');
    expect(ticks).toEqual(expected);
  });

  it('a changed schedule begins anew, the same one goes on', async () => {
    const { scheduler } = await start();
    const next = async () => (await scheduler.listRecurring()).find(({ id }) => id === 'r')!.nextRunAt;
    await scheduler.scheduleRecurring('r', new ReminderJob('42'), { every: '1h' });
    await scheduler.advanceBy('30m');
    await scheduler.scheduleRecurring('r', new ReminderJob('43'), { every: '1h' });
    expect(await next()).toEqual(new Date('2027-03-01T10:00:00Z'));
    await scheduler.scheduleRecurring('r', new ReminderJob('43'), { every: '2h' });
    expect(await next()).toEqual(new Date('2027-03-01T11:30:00Z'));
  });

  it('there is at most one late tick for all that were missed', async () => {
    const { app, scheduler, lines } = await start();
    await scheduler.removeRecurring('nightly-report');
    await scheduler.scheduleRecurring('once', new ReminderJob('once'), { every: '1h' });
    await scheduler.scheduleRecurring('skip', new ReminderJob('skip'), { every: '1h', missed: 'skip' });
    await app.get(JobWorker).stop();
    await scheduler.advanceBy('5.5h');
    await app.get(JobWorker).start();
    await scheduler.runDue();
    expect(lines).toEqual(['remind once']);
    await scheduler.advanceBy('30m');
    expect(lines.toSorted()).toEqual(['remind once', 'remind once', 'remind skip']);
  });

  it('the handler is no part of scheduling: a saga or a controller may also execute the command', async () => {
    const { app } = await start();
    app.get(Orders).status.set('42', 'placed');
    await app.get(CommandBus).execute(new CancelUnpaidOrderCommand('42'));
    expect(app.get(Orders).status.get('42')).toBe('cancelled');
  });

  it('calls that a scheduler cannot serve are refused by name', async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(JobScheduler)
      .useValue(instantScheduler().create())
      .compile();
    const app = await module.createNestApplication({ logger: false }).init();
    onTestFinished(() => app.close());
    const error = await errorOf(() => app.get(JobScheduler).cancel('x'));
    expect(error.name).toBe('UnsupportedOperationError');
    expect(error.message).toContain('inProcessScheduler()');
  });
});
