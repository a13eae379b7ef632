import { readFileSync } from 'node:fs';
import { Test } from '@nestjs/testing';
import { CqrsModule } from '@nestjs/cqrs';
import {
  CommandScheduler,
  EventFlowJobsModule,
  type EventFlowJobsModuleOptions,
  type Job,
  JobDefinitions,
  JobPolicy,
  JobScheduler,
  JobSerializationError,
  JobVersion,
} from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorOf } from '../support/app.js';
import {
  ArchiveOrderJob,
  Bank,
  ChargeCardCommand,
  ChargeFailed,
  ExportOrdersJob,
  Exports,
  Failures,
  Iban,
  Mailer,
  Money,
  Orders,
  OrdersModule,
  RefundJob,
  RenameJob,
  SendEmailCommand,
  Support,
  TellSupportHandler,
  Tenant,
  TenantInterceptor,
  TooManyRequestsError,
} from './jobs-and-commands.snippets.js';

type NewEntry = Parameters<TestJobScheduler['insert']>[0][number];

/** Shows what is given to the store, and takes what lay in one. */
class OpenScheduler extends TestJobScheduler {
  readonly inserted: NewEntry[] = [];
  put(entry: NewEntry) {
    return super.insert([entry]);
  }
  protected override insert(entries: readonly NewEntry[], transaction?: unknown) {
    this.inserted.push(...entries);
    return super.insert(entries, transaction);
  }
}

async function start(options: EventFlowJobsModuleOptions = {}) {
  const scheduler = new OpenScheduler({ now: new Date('2027-03-01T09:00:00Z') });
  const shared = [Orders, Exports, Bank, Mailer, Support, Tenant];
  class SharedModule {}
  const module = await Test.createTestingModule({
    imports: [
      CqrsModule.forRoot(),
      { module: SharedModule, global: true, providers: shared, exports: shared },
      EventFlowJobsModule.forRoot({ interceptors: [TenantInterceptor], ...options }),
      OrdersModule,
    ],
    providers: [ChargeFailed, TellSupportHandler, Failures],
  })
    .overrideProvider(JobScheduler)
    .useValue(scheduler)
    .compile();
  const app = await module.createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());
  return { app, scheduler, commands: app.get(CommandScheduler) };
}

describe('the code of docs/jobs-and-commands.md', () => {
  it('exports the orders, and shows how far it is', async () => {
    const { app, scheduler } = await start();
    app.get(Orders).all.set('1', 'paid').set('2', 'paid');
    const id = await scheduler.scheduleNow(new ExportOrdersJob('42', new Date(0)));
    await scheduler.runDue();
    expect(app.get(Exports).written).toEqual(['1', '2']);
    expect(await scheduler.get(id)).toMatchObject({ progress: { fraction: 1, note: 'order 2' } });
  });

  it('upgrades a command of the first version, and gives its handler the context of the job', async () => {
    const { app, scheduler } = await start();
    const data = JSON.stringify({ json: { name: 'SendEmail', version: 1, data: { customerId: '42' } } });
    const common = { runAt: 0, scheduledAt: 0, onConflict: 'keep', attempts: 1, priority: 0 } as const;
    const command = { name: 'SendEmail', version: 1 };
    const entry = { name: 'PublishCommand', version: 1, data, command, queue: 'mail', metadata: {} };
    await scheduler.put({ id: 'old', ...entry, ...common });
    await scheduler.runDue();
    expect(app.get(Mailer).sent).toEqual(['42 en old']);
    expect(await scheduler.get('old')).toMatchObject({ command, state: 'succeeded' });
  });

  it("stores a command under its name, with its class's policy", async () => {
    const { scheduler, commands } = await start();
    const id = await commands.schedule(new SendEmailCommand('42', 'it'), '7 days');
    expect(await scheduler.get(id)).toMatchObject({
      name: 'PublishCommand',
      command: { name: 'SendEmail', version: 2 },
      attempts: 5,
      queue: 'mail',
    });
  });

  it('runs what was stored under the old name of a job', async () => {
    const { app, scheduler } = await start();
    await scheduler.schedule(new ArchiveOrderJob('42'), '1h');
    const [{ id: _, ...entry }] = scheduler.inserted as [NewEntry];
    await scheduler.put({ ...entry, id: 'old', name: 'StoreOrder' });
    await scheduler.advanceBy('1h');
    expect(app.get(Exports).written).toEqual(['42', '42']);
    expect(await scheduler.get('old')).toMatchObject({ name: 'StoreOrder', state: 'succeeded' });
  });

  it('checks data against the schema, when scheduled and when run', async () => {
    const { app, scheduler } = await start();
    const error = await errorOf(() => scheduler.scheduleNow(new RenameJob('42', '')));
    expect(error).toBeInstanceOf(JobSerializationError);
    expect(error).toMatchObject({ path: 'title' });

    await scheduler.scheduleNow(new RenameJob('42', 'new'));
    const [{ id: _, ...entry }] = scheduler.inserted as [NewEntry];
    await scheduler.put({ ...entry, id: 'bad', data: entry.data.replace('"new"', '""') });
    await scheduler.runDue();
    expect(app.get(Exports).written).toEqual(['42: new']);
    expect(await scheduler.get('bad')).toMatchObject({ state: 'parked', attempt: 0 });
    expect((await scheduler.explain('bad')).text).toContain("its schema refuses the stored data at 'title'");
  });

  it('brings values back, with a conversion and without', async () => {
    const { app, scheduler } = await start();
    await scheduler.scheduleNow(new RefundJob(new Iban('IT60 X054'), new Money(1995n, 'EUR')));
    await scheduler.runDue();
    expect(app.get(Bank).refunds).toEqual(['1995 EUR to IT60X054']);
  });

  it('retries after what the backoff function says', async () => {
    const { app, scheduler, commands } = await start();
    const bank = app.get(Bank);
    app.get(Orders).all.set('42', 'placed');
    bank.failure = new TooManyRequestsError(90);
    const id = await commands.scheduleNow(new ChargeCardCommand('42'));
    const runAt = async () => (await scheduler.get(id))!.runAt.toISOString().slice(11, 19);
    await scheduler.runDue();
    expect(await runAt()).toBe('09:01:30');
    bank.failure = new Error('no line');
    await scheduler.advanceBy('90s');
    expect(await runAt()).toBe('09:01:50');
  });

  it('discards, snoozes, and leaves a paid order alone', async () => {
    const { app, scheduler, commands } = await start();
    const bank = app.get(Bank);
    app.get(Orders).all.set('paid', 'paid').set('placed', 'placed');
    bank.open = false;
    const [unknown, paid, placed] = await Promise.all(
      ['unknown', 'paid', 'placed'].map((id) => commands.scheduleNow(new ChargeCardCommand(id))),
    );
    await scheduler.runDue();
    expect(await scheduler.get(unknown!)).toMatchObject({ state: 'failed', attempt: 1 });
    expect(await scheduler.get(paid!)).toMatchObject({ state: 'succeeded' });
    expect(await scheduler.get(placed!)).toMatchObject({ state: 'scheduled', attempt: 0 });
    expect(bank.charged).toEqual([]);
    bank.open = true;
    await scheduler.advanceBy('15 minutes');
    expect(bank.charged).toEqual(['placed']);
  });

  it('carries the tenant from the scheduling to the attempt', async () => {
    @JobVersion('Note', 1)
    class NoteJob implements Job {
      execute() {
        seen.push(tenant.getStore());
      }
    }
    const seen: unknown[] = [];
    const { app, scheduler } = await start({ jobs: [NoteJob] });
    const tenant = app.get(Tenant);
    await tenant.run('acme', () => scheduler.scheduleNow(new NoteJob()));
    await scheduler.scheduleNow(new NoteJob());
    await scheduler.runDue();
    expect(seen).toEqual(['acme', undefined]);
  });

  it('hears of failures, by JobEvents and by the EventBus', async () => {
    const { app, scheduler, commands } = await start();
    app.get(Orders).all.set('42', 'placed');
    app.get(Bank).failure = new Error('no line');
    await commands.scheduleNow(new ChargeCardCommand('42'), { attempts: 2 });
    await scheduler.advanceBy('1m');
    expect(app.get(Failures).lines).toEqual([
      'ChargeCardCommand retrying after attempt 1: no line',
      'ChargeCardCommand failed after attempt 2: no line',
    ]);
    expect(app.get(Support).told).toEqual(['no line']);
  });
});

describe('docs/jobs-and-commands.md is right that', () => {
  it('a class name stands for a name and a version', () => {
    class LogMessageJob {
      execute() {}
    }
    class LogMessageJobV2 extends LogMessageJob {}
    class OldLogMessageJobV1 extends LogMessageJob {}
    class OldestJob extends LogMessageJob {}
    const definitions = new JobDefinitions();
    definitions.register([LogMessageJobV2, OldLogMessageJobV1, OldestJob, LogMessageJob]);
    expect(definitions.all().map(({ name, version }) => `${name} ${version}`)).toEqual([
      'LogMessageJob 2',
      'LogMessageJob 1',
      'OldestJob 1',
      'LogMessageJob 1',
    ]);
    expect(definitions.findMistakes()).toEqual([
      "OldLogMessageJobV1 and LogMessageJob are all 'LogMessageJob' version 1: give each a name or a version of its own.",
    ]);
  });

  it('queue, priority and attempts are fixed when scheduled, backoff and timeout read when run', async () => {
    const before = { attempts: 5, queue: 'a', priority: 1, backoff: { type: 'fixed', delay: '1h' } } as const;
    @JobVersion('Changed', 1)
    @JobPolicy(before)
    class ChangedJob implements Job {
      execute(): void {
        throw new Error('no');
      }
    }
    const { scheduler } = await start({ jobs: [ChangedJob] });
    const id = await scheduler.scheduleNow(new ChangedJob());
    JobPolicy({ attempts: 9, queue: 'b', priority: 2, backoff: { type: 'fixed', delay: '2h' } })(ChangedJob);
    await scheduler.runDue();
    expect(await scheduler.get(id)).toMatchObject({
      attempts: 5,
      queue: 'a',
      priority: 1,
      runAt: new Date('2027-03-01T11:00:00Z'),
    });
  });

  it('by default there are ten attempts, the last after 8.5 to 13 minutes', async () => {
    @JobVersion('Failing', 1)
    class FailingJob implements Job {
      execute(): void {
        throw new Error('no');
      }
    }
    const { scheduler } = await start({ jobs: [FailingJob] });
    const id = await scheduler.scheduleNow(new FailingJob());
    await scheduler.advanceBy('510s');
    expect(await scheduler.get(id)).toMatchObject({ state: 'scheduled' });
    await scheduler.advanceBy('257s');
    expect(await scheduler.get(id)).toMatchObject({ state: 'failed', attempt: 10, attempts: 10 });
  });

  it('each entry of a recurring job has the metadata that an interceptor put in when that was scheduled', async () => {
    const { app, scheduler } = await start();
    const job = new ArchiveOrderJob('42');
    await app.get(Tenant).run('acme', () => scheduler.scheduleRecurring('x', job, { every: '1m' }));
    await scheduler.advanceBy('2m');
    const metadata = { tenant: 'acme' };
    expect((await scheduler.list()).entries).toMatchObject([{ metadata }, { metadata }]);
  });

  it('an entry is stored as it shows', async () => {
    const document = readFileSync(new URL('../../docs/jobs-and-commands.md', import.meta.url), 'utf8');
    const [, shown] = /^```json\n(.*?)^```$/ms.exec(document)!;
    const { commands, scheduler } = await start();
    await commands.schedule(new SendEmailCommand('42', 'it'), '7 days', {
      key: 'welcome:42',
      metadata: { tenant: 'acme' },
    });
    expect(JSON.parse(shown!)).toEqual({ ...scheduler.inserted[0], id: expect.any(String) });
  });
});
