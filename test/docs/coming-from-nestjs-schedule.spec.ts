import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startVirtual } from '../support/virtual.js';
import * as before from './coming-from-nestjs-schedule.before.snippets.js';
import { Log, NightlyReportJob, RemindHandler, Reminders } from './coming-from-nestjs-schedule.snippets.js';

const WEEK = 7 * 86_400_000;

it('@nestjs/schedule: the report comes by its cron, the reminder after seven days, unless it is forgotten', async () => {
  const log = new Log();
  const module = await Test.createTestingModule({
    imports: [ScheduleModule.forRoot()],
    providers: [before.ReportTasks, { provide: Log, useValue: log }],
  }).compile();
  const app = await module.createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());
  await app.get(SchedulerRegistry).getCronJob('nightly-report').fireOnTick();
  expect(log.lines.splice(0)).toEqual(['report']);

  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const reminders = new before.Reminders(new SchedulerRegistry(), log);
  reminders.remind('ada');
  reminders.remind('bob');
  reminders.forget('bob');
  vi.advanceTimersByTime(WEEK - 1);
  expect(log.lines).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(log.lines).toEqual(['remind ada']);
});

it('here: the same, on a clock of the test', async () => {
  const { nest, scheduler } = await startVirtual(
    { jobs: [NightlyReportJob] },
    { providers: [Log, Reminders, RemindHandler] },
  );
  const { lines } = nest.get(Log);
  const [report] = await scheduler.listRecurring();
  await scheduler.advanceTo(new Date(report!.nextRunAt!.getTime() - 1));
  expect(lines).toEqual([]);
  await scheduler.advanceBy(1);
  expect(lines).toEqual(['report']);
  await scheduler.removeRecurring('nightly-report');

  await nest.get(Reminders).remind('ada');
  await nest.get(Reminders).remind('bob');
  await nest.get(Reminders).forget('bob');
  await scheduler.advanceBy(WEEK - 1);
  expect(lines).toEqual(['report']);
  await scheduler.advanceBy(1);
  expect(lines).toEqual(['report', 'remind ada']);
});
