import { JobScheduler } from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { Test } from '@nestjs/testing';
import { expect, it, onTestFinished } from 'vitest';
import { AppModule, LogMessageJob, MessageLog, Tickets } from './coming-from-eventflow.snippets.js';

async function start(change: (builder: ReturnType<typeof Test.createTestingModule>) => void = () => {}) {
  const builder = Test.createTestingModule({ imports: [AppModule] });
  change(builder);
  const app = await (await builder.compile()).createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());
  return {
    app,
    scheduler: app.get(JobScheduler),
    lines: app.get(MessageLog).lines,
    tickets: app.get(Tickets),
  };
}

it('by default jobs and commands run at once, in the caller, as in EventFlow', async () => {
  const { scheduler, lines, tickets } = await start();
  await scheduler.scheduleNow(new LogMessageJob('hello'));
  await tickets.closeLater('42');
  expect(lines).toEqual(['hello', 'closed 42']);
});

it('on a scheduler that waits, the ticket is closed after seven days, not before', async () => {
  const { scheduler, lines, tickets } = await start((builder) =>
    builder.overrideProvider(JobScheduler).useClass(TestJobScheduler),
  );
  const id = await tickets.closeLater('42');
  expect(await scheduler.get(id)).toMatchObject({
    name: 'PublishCommand',
    version: 1,
    command: { name: 'CloseTicket', version: 1 },
  });
  const clock = scheduler as TestJobScheduler;
  await clock.advanceBy(7 * 86_400_000 - 1);
  expect(lines).toEqual([]);
  await clock.advanceBy(1);
  expect(lines).toEqual(['closed 42']);
});
