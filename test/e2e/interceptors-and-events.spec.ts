import { Injectable } from '@nestjs/common';
import { CommandHandler, EventBus, EventsHandler } from '@nestjs/cqrs';
import {
  CommandVersion,
  DiscardJobError,
  type EntryToSchedule,
  type Job,
  type JobContext,
  type JobEvent,
  JobFailedEvent,
  type JobId,
  type JobInterceptor,
  JobVersion,
  RecurringJob,
  SnoozeJobError,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { beforeEach, describe, expect, it } from 'vitest';
import { errorOf, startApp } from '../support/app.js';
import { until } from '../support/until.js';

const log: string[] = [];
beforeEach(() => {
  log.length = 0;
});

@JobVersion('Note', 1)
class NoteJob implements Job {
  constructor(readonly text = 'note') {}
  execute({ metadata }: JobContext) {
    log.push(`run ${this.text} ${JSON.stringify(metadata)}`);
  }
}

class BrokenJob implements Job {
  execute(): void {
    throw new DiscardJobError('no such customer');
  }
}

@Injectable()
class TenantInterceptor implements JobInterceptor {
  async schedule(entry: { metadata: Record<string, string> }, next: () => Promise<JobId>) {
    entry.metadata['tenant'] = 'acme';
    const id = await next();
    log.push('scheduled for acme');
    return id;
  }
  async execute(context: JobContext, next: () => Promise<void>) {
    log.push(`enter ${context.metadata['tenant']}`);
    await next();
    log.push('leave');
  }
}

@Injectable()
class TraceInterceptor implements JobInterceptor {
  async schedule(entry: { metadata: Record<string, string>; job: Job }, next: () => Promise<JobId>) {
    if (entry.job instanceof NoteJob && entry.job.text === 'forbidden') throw new Error('not allowed');
    entry.metadata['trace'] = `after ${entry.metadata['tenant']}`;
    return next();
  }
}

describe('interceptors', () => {
  const start = () =>
    startApp({
      scheduler: inProcessScheduler(),
      jobs: [NoteJob],
      interceptors: [TenantInterceptor, TraceInterceptor],
    });

  it('stand around scheduling and attempts, the first outermost; their metadata travels with the entry', async () => {
    const { scheduler } = await start();
    const id = await scheduler.scheduleNow(new NoteJob('a'), { metadata: { own: '1' } });
    await until(() => log.includes('leave'), 'the attempt');
    expect(log).toEqual([
      'scheduled for acme',
      'enter acme',
      'run a {"own":"1","tenant":"acme","trace":"after acme"}',
      'leave',
    ]);
    expect((await scheduler.get(id))!.metadata).toEqual({ own: '1', tenant: 'acme', trace: 'after acme' });
  });

  it('stand around each of many, which are stored together or, when one is refused, not at all', async () => {
    const { scheduler } = await start();
    const many = ['a', 'forbidden', 'b'].map((text) => ({ job: new NoteJob(text), when: '1h' as const }));
    expect((await errorOf(() => scheduler.scheduleMany(many))).message).toBe('not allowed');
    expect((await scheduler.counts()).scheduled).toBe(0);

    const ids = await scheduler.scheduleMany([many[0]!, many[2]!]);
    const entries = await Promise.all(ids.map((id) => scheduler.get(id)));
    expect(entries.map((entry) => entry!.metadata['trace'])).toEqual(['after acme', 'after acme']);
    expect(entries.map((entry) => entry!.data)).toEqual([{ text: 'a' }, { text: 'b' }]);
  });

  it('are the instances that the app provides, where it does', async () => {
    @Injectable()
    class Counter {
      count = 0;
    }
    @Injectable()
    class CountingInterceptor implements JobInterceptor {
      constructor(private readonly counter: Counter) {}
      async execute(_context: JobContext, next: () => Promise<void>) {
        this.counter.count += 1;
        await next();
      }
    }
    const { nest, scheduler } = await startApp(
      { jobs: [NoteJob], interceptors: [CountingInterceptor] },
      { providers: [Counter, CountingInterceptor] },
    );
    await scheduler.scheduleNow(new NoteJob());
    expect(nest.get(Counter).count).toBe(1);
  });

  it('are told which entry is to be scheduled, and which recurring job', async () => {
    const seen: Omit<EntryToSchedule, 'job' | 'metadata'>[] = [];
    class WatchingInterceptor implements JobInterceptor {
      schedule({ job: _job, metadata: _metadata, ...entry }: EntryToSchedule, next: () => Promise<JobId>) {
        seen.push(entry);
        return next();
      }
    }
    @RecurringJob('nightly', { cron: '0 3 * * *' })
    class NightlyJob extends NoteJob {}
    class GreetCommand {}
    const { scheduler, commands } = await startApp({
      scheduler: inProcessScheduler(),
      jobs: [NoteJob, NightlyJob],
      commands: [GreetCommand],
      interceptors: [WatchingInterceptor],
    });
    const runAt = new Date(Date.now() + 3_600_000);
    const first = await scheduler.schedule(new NoteJob(), runAt, { key: 'a', queue: 'mail' });
    const kept = await scheduler.schedule(new NoteJob(), runAt, { key: 'a', queue: 'mail' });
    const greeting = await commands.schedule(new GreetCommand(), runAt);
    await commands.scheduleRecurring('hourly', new GreetCommand(), { every: '1h' });

    const command = { name: 'GreetCommand', version: 1 };
    expect(seen).toEqual([
      { name: 'NightlyJob', version: 1, queue: 'default', recurring: 'nightly' },
      { id: first, name: 'Note', version: 1, queue: 'mail', key: 'a', runAt },
      { id: expect.any(String), name: 'Note', version: 1, queue: 'mail', key: 'a', runAt },
      { id: greeting, name: 'PublishCommand', version: 1, command, queue: 'default', runAt },
      { name: 'PublishCommand', version: 1, command, queue: 'default', recurring: 'hourly' },
    ]);
    expect(kept).toBe(first);
    expect(seen[2]!.id).not.toBe(first);
  });

  it('are told which command an attempt gives to the bus: the newest that its entry could reach', async () => {
    const contexts: JobContext[] = [];
    class WatchingInterceptor implements JobInterceptor {
      async execute(context: JobContext, next: () => Promise<void>) {
        contexts.push(context);
        await next();
      }
    }
    @CommandVersion('Greet', 1)
    class GreetCommandV1 {
      readonly text = 'hello';
    }
    @CommandVersion('Greet', 2, { upgrade: { 1: (data) => data } })
    class GreetCommand {
      readonly text = 'hello';
    }
    @CommandHandler(GreetCommand)
    class GreetHandler {
      async execute() {}
    }
    const { scheduler, commands } = await startApp(
      { jobs: [NoteJob], commands: [GreetCommandV1], interceptors: [WatchingInterceptor] },
      { providers: [GreetHandler] },
    );
    await commands.scheduleNow(new GreetCommandV1());
    await scheduler.scheduleNow(new NoteJob());

    expect(contexts.map(({ name, command }) => [name, command])).toEqual([
      ['PublishCommand', { name: 'Greet', version: 2 }],
      ['Note', undefined],
    ]);
  });
});

describe('events', () => {
  it('tell the life of an entry, with the error, the attempt and the time it took', async () => {
    const { scheduler, events } = await startApp({
      scheduler: inProcessScheduler(),
      jobs: [NoteJob, BrokenJob],
    });
    const seen: JobEvent[] = [];
    events.all$.subscribe((event) => seen.push(event));
    const broken: JobEvent[] = [];
    events.ofType('failed', 'cancelled').subscribe((event) => broken.push(event));

    const good = await scheduler.scheduleNow(new NoteJob());
    const bad = await scheduler.scheduleNow(new BrokenJob());
    const late = await scheduler.schedule(new NoteJob(), '1h');
    await scheduler.cancel(late);
    await until(() => broken.length === 2 && seen.length === 8, 'all events');

    const typesOf = (id: string) =>
      seen.filter((event) => event.id === id).map(({ type, attempt }) => [type, attempt]);
    expect(typesOf(good)).toEqual([
      ['scheduled', 0],
      ['started', 1],
      ['succeeded', 1],
    ]);
    expect(typesOf(bad)).toEqual([
      ['scheduled', 0],
      ['started', 1],
      ['failed', 1],
    ]);
    expect(typesOf(late)).toEqual([
      ['scheduled', 0],
      ['cancelled', 0],
    ]);
    expect(seen.find(({ type }) => type === 'failed')).toMatchObject({
      name: 'BrokenJob',
      version: 1,
      queue: 'default',
      runAt: expect.any(Date),
      at: expect.any(Date),
      durationMs: expect.any(Number),
      error: new DiscardJobError('no such customer'),
    });
  });

  it('tell when an entry is due, and when the attempt that began was; nothing after the shutdown', async () => {
    const later = new Date(Date.now() + 3_600_000);
    @JobVersion('Reluctant', 1)
    class ReluctantJob implements Job {
      execute(): void {
        throw new SnoozeJobError('1h');
      }
    }
    const { nest, scheduler, events } = await startApp({
      scheduler: inProcessScheduler(),
      jobs: [NoteJob, ReluctantJob],
    });
    const seen: JobEvent[] = [];
    let complete = false;
    events.all$.subscribe({ next: (event) => seen.push(event), complete: () => (complete = true) });
    await scheduler.schedule(new NoteJob(), later);
    await scheduler.scheduleNow(new ReluctantJob(), { queue: 'mail' });
    await until(() => seen.length === 4, 'all events');

    expect(seen.map(({ type, queue }) => [type, queue])).toEqual([
      ['scheduled', 'default'],
      ['scheduled', 'mail'],
      ['started', 'mail'],
      ['scheduled', 'mail'],
    ]);
    expect(seen[0]!.runAt).toEqual(later);
    expect(seen[2]!.runAt).toEqual(seen[1]!.runAt);
    expect(seen[3]!.runAt.getTime() - seen[2]!.at.getTime()).toBeGreaterThanOrEqual(3_600_000);
    expect(seen.map(({ durationMs }) => durationMs !== undefined)).toEqual([false, false, false, true]);
    await nest.close();
    expect(complete).toBe(true);
  });

  it('publish a failure for good on the EventBus, so that the app can make up for it', async () => {
    const failures: JobFailedEvent[] = [];
    @EventsHandler(JobFailedEvent)
    class Compensation {
      handle(event: JobFailedEvent) {
        failures.push(event);
      }
    }
    class ChargeCommand {
      constructor(readonly orderId: string) {}
    }
    @CommandHandler(ChargeCommand)
    class ChargeHandler {
      async execute() {
        throw new Error('card expired');
      }
    }
    const { commands, nest } = await startApp(
      { scheduler: inProcessScheduler() },
      { providers: [Compensation, ChargeHandler] },
    );
    expect(nest.get(EventBus)).toBeDefined();
    const id = await commands.scheduleNow(new ChargeCommand('42'), { attempts: 1 });
    await until(() => failures.length, 'the event');
    expect(failures[0]!.error.message).toBe('card expired');
    expect(failures[0]!.entry).toMatchObject({
      id,
      state: 'failed',
      command: { name: 'ChargeCommand', version: 1 },
      data: { name: 'ChargeCommand', version: 1, data: { orderId: '42' } },
      lastError: { name: 'Error', message: 'card expired' },
    });
  });
});
