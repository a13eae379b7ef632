import { Injectable } from '@nestjs/common';
import { CommandHandler, EventBus, EventsHandler } from '@nestjs/cqrs';
import {
  DiscardJobError,
  type Job,
  type JobContext,
  type JobEvent,
  JobFailedEvent,
  type JobId,
  type JobInterceptor,
  JobVersion,
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
      at: expect.any(Date),
      durationMs: expect.any(Number),
      error: new DiscardJobError('no such customer'),
    });
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
