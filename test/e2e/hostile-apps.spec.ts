import { Global, Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { CommandHandler, CqrsModule, EventBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import {
  type Capability,
  CommandScheduler,
  EventFlowJobsModule,
  type Job,
  type JobContext,
  type JobId,
  type JobInterceptor,
  JobCancelledError,
  JobScheduler,
  JobSerializationError,
  JobVersion,
  JobWorker,
  RecurringJob,
  SchedulerUnavailableError,
  SnoozeJobError,
  WorkerStoppedError,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { errorOf, startApp, startError, startModules } from '../support/app.js';
import { until } from '../support/until.js';

const hooks: Record<string, (context: JobContext) => unknown> = {};
const ran: string[] = [];
beforeEach(() => {
  ran.length = 0;
});

@JobVersion('Hook', 1)
class HookJob implements Job {
  constructor(readonly name: string) {}
  async execute(context: JobContext) {
    ran.push(this.name);
    await hooks[this.name]?.(context);
  }
}

const local = { scheduler: inProcessScheduler(), jobs: [HookJob] };

describe('a job that throws', () => {
  it.each([
    [
      'an error whose fields throw',
      () =>
        Object.defineProperty(new Error('x'), 'message', {
          get: () => {
            throw new Error('no');
          },
        }),
    ],
    [
      'an error whose message is no text',
      () => Object.assign(new Error('x'), { message: Object.create(null) }),
    ],
    [
      'an error whose name and stack throw',
      () =>
        Object.defineProperties(new Error('x'), {
          name: {
            get: () => {
              throw new Error('no');
            },
          },
          stack: {
            get: () => {
              throw new Error('no');
            },
          },
        }),
    ],
    ['text', () => 'boom'],
    ['nothing', () => undefined],
    ['a symbol', () => Symbol('x')],
  ])('%s fails like any other, and holds up nothing', async (_, thrown) => {
    hooks['bad'] = () => {
      throw thrown();
    };
    const { scheduler } = await startApp({ ...local, worker: { concurrency: 1 } });
    const bad = await scheduler.scheduleNow(new HookJob('bad'), { attempts: 1 });
    const good = await scheduler.scheduleNow(new HookJob('good'));
    await until(async () => (await scheduler.get(good))?.state === 'succeeded', 'the job behind it');
    expect(await scheduler.get(bad)).toMatchObject({
      state: 'failed',
      lastError: { name: expect.any(String) },
    });
  });

  it('keeps the text that was thrown', async () => {
    hooks['bad'] = () => {
      throw 'boom';
    };
    const { scheduler } = await startApp(local);
    const id = await scheduler.scheduleNow(new HookJob('bad'), { attempts: 1 });
    await until(async () => (await scheduler.get(id))?.state === 'failed', 'the failure');
    expect((await scheduler.get(id))?.lastError?.message).toContain('boom');
  });

  it.each([
    [
      'a backoff beyond all dates',
      () => new Error('x'),
      { backoff: { type: 'fixed', delay: '280000 years' } } as const,
    ],
    ['a snooze beyond all dates', () => new SnoozeJobError(1e300), {}],
    ['a backoff function that gives nonsense', () => new Error('x'), { backoff: () => 'soon' as never }],
  ])('with %s still waits for a time that can be read', async (_, error, options) => {
    hooks['bad'] = () => {
      throw error();
    };
    const { scheduler } = await startApp(local);
    const ids = await scheduler.scheduleMany([
      { job: new HookJob('bad'), ...options },
      ...Array.from({ length: 20 }, () => ({ job: new HookJob('good') })),
    ]);
    await until(async () => (await scheduler.counts()).succeeded === 20, 'the others');
    await until(async () => (await scheduler.get(ids[0]!))?.state === 'scheduled', 'the bad one to wait');
    expect((await scheduler.get(ids[0]!))!.runAt.getTime()).not.toBeNaN();
    expect((await scheduler.explain(ids[0]!)).text).toMatch(/\d{4}-/);
  });
});

describe('an EventBus whose publisher throws', () => {
  it.each([
    [
      'at once',
      () => {
        throw new Error('broker down');
      },
    ],
    ['later', () => Promise.reject(new Error('broker down'))],
  ])('%s does not harm what runs beside the failed entry', async (_, publish) => {
    hooks['bad'] = () => {
      throw new Error('bad');
    };
    const { nest, scheduler } = await startApp(local);
    nest.get(EventBus).publisher = { publish } as never;
    await scheduler.scheduleMany([
      ...Array.from({ length: 5 }, () => ({ job: new HookJob('bad'), attempts: 1 })),
      ...Array.from({ length: 30 }, () => ({ job: new HookJob('good') })),
    ]);
    await until(async () => (await scheduler.counts()).succeeded === 30, 'the others');
    expect(await scheduler.counts()).toMatchObject({ failed: 5, running: 0 });
  });
});

describe('an attempt', () => {
  it('whose backoff has doubled a thousand times still waits for a time that can be read', async () => {
    hooks['bad'] = () => {
      throw new Error('bad');
    };
    const { scheduler } = await startApp({ scheduler: TestJobScheduler, jobs: [HookJob] });
    const options = { attempts: 1_100, backoff: { type: 'exponential', delay: 0 } } as const;
    const id = await scheduler.scheduleNow(new HookJob('bad'), options);
    await scheduler.schedule(new HookJob('behind'), 1);
    await (scheduler as TestJobScheduler).advanceBy(5);
    expect(await scheduler.get(id)).toMatchObject({ state: 'failed', attempt: 1_100 });
    expect(ran).toContain('behind');
  });

  it('cannot pretend that the worker stopped, or that it was cancelled', async () => {
    const errors = [new WorkerStoppedError('me'), new JobCancelledError('me')];
    hooks['pretender'] = () => {
      throw errors.pop()!;
    };
    const { scheduler } = await startApp(local);
    const id = await scheduler.scheduleNow(new HookJob('pretender'), {
      attempts: 2,
      backoff: { type: 'fixed', delay: 1 },
    });
    await until(async () => (await scheduler.get(id))?.state === 'failed', 'the failure');
    expect(ran).toHaveLength(2);
  });

  it('is timed out though it is a schema that never answers', async () => {
    let hang = false;
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) => (hang ? new Promise(() => {}) : { value }),
      },
    };
    @JobVersion('Hanging', 1, { schema })
    class HangingJob extends HookJob {}
    const { scheduler } = await startApp({ ...local, jobs: [HangingJob], worker: { concurrency: 1 } });
    const id = await scheduler.schedule(new HangingJob('never'), 10, { timeout: 50, attempts: 1 });
    hang = true;
    await until(async () => (await scheduler.get(id))?.state === 'failed', 'the timeout');
    expect((await scheduler.get(id))?.lastError).toMatchObject({ name: 'JobTimeoutError' });
    expect((await scheduler.get(id))?.lastError?.message).toMatch(
      /Hanging \(.*\) ran for longer than its timeout of 50 ms/,
    );
  });
});

describe('TestJobScheduler', () => {
  const turns = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };

  it('runs nothing before it is told to, however due it is', async () => {
    const { scheduler } = await startApp({ scheduler: TestJobScheduler, jobs: [HookJob] });
    const id = await scheduler.scheduleNow(new HookJob('due'));
    await scheduler.schedule(new HookJob('soon'), '1h');
    await scheduler.reschedule(await scheduler.schedule(new HookJob('moved'), '1h'), 0);
    await turns();
    expect(ran).toEqual([]);
    expect((await scheduler.get(id))!.state).toBe('scheduled');
    expect(await (scheduler as TestJobScheduler).runDue()).toBe(2);
    expect(ran).toEqual(['due', 'moved']);
  });

  it('waits for an attempt without a timeout however long that takes', async () => {
    class Impatient extends TestJobScheduler {
      constructor() {
        super({ patience: 1 });
      }
    }
    const { scheduler } = await startApp({ scheduler: Impatient, jobs: [HookJob] });
    let ended = false;
    hooks['slow'] = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      ended = true;
    };
    const id = await scheduler.scheduleNow(new HookJob('slow'));
    await (scheduler as TestJobScheduler).runDue();
    expect(ended).toBe(true);
    expect((await scheduler.get(id))!.state).toBe('succeeded');
  });

  it('waits for what is due to begin, however little patience it has with what runs', async () => {
    class Impatient extends TestJobScheduler {
      constructor() {
        super({ patience: 1 });
        const recurring = this.store.recurring.bind(this.store);
        const slowly = () => new Promise((resolve) => setTimeout(() => resolve(recurring()), 10));
        Object.assign(this.store, { recurring: slowly });
      }
    }
    const { scheduler } = await startApp({ scheduler: Impatient, jobs: [HookJob] });
    for (let i = 1; i <= 3; i++) {
      await scheduler.scheduleNow(new HookJob('due'), { timeout: '1m' });
      expect(await (scheduler as TestJobScheduler).runDue()).toBe(1);
    }
  });
});

describe('a field of a job', () => {
  const hidden = new WeakMap<object, unknown>();
  /** What a property decorator of the old kind leaves: an accessor on the class, the value elsewhere. */
  const Hidden = (target: object, name: string) =>
    Object.defineProperty(target, name, {
      get(this: object) {
        return hidden.get(this);
      },
      set(this: object, value: unknown) {
        hidden.set(this, value);
      },
    });

  it('whose value lies elsewhere is refused with its name', async () => {
    class DecoratedJob extends HookJob {
      declare secret: string;
    }
    Hidden(DecoratedJob.prototype, 'secret');
    const { scheduler } = await startApp({ ...local, jobs: [DecoratedJob] });
    const job = Object.assign(new DecoratedJob('a'), { secret: 'x' });
    const error = await errorOf(() => scheduler.scheduleNow(job));
    expect(error).toBeInstanceOf(JobSerializationError);
    expect(error).toMatchObject({ path: 'secret', message: expect.stringContaining('DecoratedJob.secret') });
  });

  it('that an accessor of the class shows in another way comes back', async () => {
    const seen: unknown[] = [];
    class RoundJob extends HookJob {
      cents = 0;
      get euros() {
        return this.cents / 100;
      }
      set euros(value: number) {
        this.cents = value * 100;
      }
      override async execute() {
        seen.push(this.euros);
      }
    }
    const { scheduler } = await startApp({ jobs: [RoundJob] });
    const job = new RoundJob('a');
    job.euros = 5;
    await scheduler.scheduleNow(job);
    expect(seen).toEqual([5]);
  });

  it('that an accessor shows as an object made anew at each reading comes back', async () => {
    const seen: unknown[] = [];
    class DatedJob extends HookJob {
      millis = 0;
      private lines?: string[];
      get at() {
        return new Date(this.millis);
      }
      set at(value: Date) {
        this.millis = value.getTime();
      }
      get words() {
        return (this.lines ??= this.name.split(' '));
      }
      set words(value: string[]) {
        this.lines = value;
      }
      /** Not to be written, so nothing of it can be lost. */
      get reading() {
        return seen.push('read');
      }
      override async execute() {
        seen.push(this.at, this.words);
      }
    }
    const { scheduler } = await startApp({ jobs: [DatedJob] });
    const job = new DatedJob('a b');
    job.at = new Date(7);
    await scheduler.scheduleNow(job);
    expect(seen).toEqual([new Date(7), ['a', 'b']]);
  });

  it('whose value lies elsewhere is refused though each reading gives a copy of it', async () => {
    class CopyingJob extends HookJob {
      get at(): Date | undefined {
        const at = hidden.get(this) as Date | undefined;
        return at && new Date(at);
      }
      set at(value: Date) {
        hidden.set(this, value);
      }
    }
    const { scheduler } = await startApp({ ...local, jobs: [CopyingJob] });
    const job = Object.assign(new CopyingJob('a'), { at: new Date(7) });
    expect(await errorOf(() => scheduler.scheduleNow(job))).toMatchObject({ path: 'at' });
  });
});

describe('a refusal', () => {
  it('of two kinds at once leaves no rejection without a listener', async () => {
    const schema = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) },
    };
    @JobVersion('Refused', 1, { schema })
    class RefusedJob extends HookJob {}
    const unheard: unknown[] = [];
    const listen = (reason: unknown) => unheard.push(reason);
    process.on('unhandledRejection', listen);
    const { nest, scheduler } = await startApp({ ...local, jobs: [RefusedJob] });
    await errorOf(() => scheduler.scheduleNow(new RefusedJob('a'), { metadata: { n: 1 } as never }));
    await nest.close();
    await errorOf(() => scheduler.scheduleNow(new RefusedJob('a')));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    process.off('unhandledRejection', listen);
    expect(unheard).toEqual([]);
  });

  it('comes from a schema that throws, too', async () => {
    const validate = () => {
      throw new Error('broken schema');
    };
    @JobVersion('Throwing', 1, { schema: { '~standard': { version: 1, vendor: 'test', validate } } })
    class ThrowingJob extends HookJob {}
    const { scheduler } = await startApp({ ...local, jobs: [ThrowingJob] });
    const error = await errorOf(() => scheduler.scheduleNow(new ThrowingJob('a')));
    expect(error).toBeInstanceOf(JobSerializationError);
    expect(error.message).toContain('The schema of ThrowingJob threw: broken schema');
  });

  it('comes for many entries in different transactions', async () => {
    const { scheduler } = await startApp({ jobs: [HookJob] });
    const many = [{ job: new HookJob('a'), transaction: {} }, { job: new HookJob('b') }];
    expect((await errorOf(() => scheduler.scheduleMany(many))).message).toContain('different transactions');
  });
});

describe('what is stored is what was there at the call', () => {
  it('though time, job and metadata change right after it', async () => {
    const { scheduler } = await startApp(local);
    const when = new Date('2030-01-01T00:00:00Z');
    const job = new HookJob('first') as { name: string } & Job;
    const metadata = { tenant: 'a' };
    const calls = [scheduler.schedule(job, when, { metadata })];
    when.setUTCFullYear(2040);
    job.name = 'second';
    metadata.tenant = 'b';
    calls.push(scheduler.schedule(job, when, { metadata }));
    const [first, second] = await Promise.all((await Promise.all(calls)).map((id) => scheduler.get(id)));
    expect(first).toMatchObject({
      runAt: new Date('2030-01-01T00:00:00Z'),
      data: { name: 'first' },
      metadata: { tenant: 'a' },
    });
    expect(second).toMatchObject({
      runAt: new Date('2040-01-01T00:00:00Z'),
      data: { name: 'second' },
      metadata: { tenant: 'b' },
    });
  });

  it('though a job changes the metadata that it is given', async () => {
    hooks['meddler'] = ({ metadata, attempt }) => {
      expect(metadata).toEqual({ tenant: 'a' });
      expect(Reflect.set(metadata, 'tenant', 'b')).toBe(false);
      if (attempt === 1) throw new Error('again');
    };
    const { scheduler } = await startApp(local);
    const id = await scheduler.scheduleNow(new HookJob('meddler'), {
      metadata: { tenant: 'a' },
      backoff: { type: 'fixed', delay: 1 },
    });
    await until(async () => (await scheduler.get(id))?.state === 'succeeded', 'both attempts');
  });
});

describe('the worker', () => {
  it('ticks recurring jobs while every slot is taken', async () => {
    hooks['long'] = () => new Promise(() => {});
    const { scheduler } = await startApp({
      scheduler: TestJobScheduler,
      jobs: [HookJob],
      worker: { concurrency: 1 },
    });
    const clock = scheduler as TestJobScheduler;
    await scheduler.scheduleRecurring('minute', new HookJob('tick'), { every: '1m', missed: 'skip' });
    await scheduler.scheduleNow(new HookJob('long'), { timeout: '10m', attempts: 1 });
    await clock.advanceBy('9m');
    expect(clock.pending.map(({ data }) => (data as { name: string }).name)).toEqual(
      Array.from({ length: 9 }, () => 'tick'),
    );
    await clock.advanceBy('5m');
    expect(ran.filter((name) => name === 'tick')).toHaveLength(14);
  });

  it('is not stopped by a rate limit that ends while it looks for work', async () => {
    const { scheduler } = await startApp({
      ...local,
      worker: { queues: { r: { rateLimit: { max: 1, per: 1 } } } },
    });
    await scheduler.scheduleMany(Array.from({ length: 300 }, () => ({ job: new HookJob('r'), queue: 'r' })));
    await until(() => ran.length === 300, 'all of them');
  });

  it('drains for as long as it is told, be that a month', async () => {
    let aborted = false;
    let release!: () => void;
    hooks['slow'] = ({ signal }) => {
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise<void>((resolve) => (release = resolve));
    };
    const { nest, scheduler } = await startApp({ ...local, shutdownTimeout: '30d' });
    const id = await scheduler.scheduleNow(new HookJob('slow'));
    await until(() => ran.length === 1, 'the job');
    const stopped = nest.get(JobWorker).stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(aborted).toBe(false);
    release();
    await stopped;
    expect((await scheduler.get(id))?.state).toBe('succeeded');
  });

  it('ends, though a schema never answers', async () => {
    let hang = false;
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) => (hang ? new Promise(() => {}) : { value }),
      },
    };
    @JobVersion('Hanging', 1, { schema })
    class HangingJob extends HookJob {}
    const { nest, scheduler } = await startApp({ ...local, jobs: [HangingJob] });
    const id = await scheduler.schedule(new HangingJob('never'), 20);
    hang = true;
    await until(async () => (await scheduler.get(id))?.state === 'running', 'the attempt');
    await nest.get(JobWorker).stop();
    expect((await scheduler.get(id))?.state).toBe('scheduled');
    expect(ran).toEqual([]);
  });

  it('starts again when start() is called during a stop', async () => {
    const { nest, scheduler } = await startApp({ ...local, shutdownTimeout: 50 });
    hooks['hung'] = () => (ran.length === 1 ? new Promise(() => {}) : undefined);
    await scheduler.scheduleNow(new HookJob('hung'));
    await until(() => ran.length === 1, 'the job');
    const worker = nest.get(JobWorker);
    await Promise.all([worker.stop(), worker.start()]);
    await scheduler.scheduleNow(new HookJob('after'));
    await until(() => ran.includes('after'), 'the job after it');
  });

  it('finds its way through many queues', async () => {
    const { scheduler } = await startApp({ ...local, worker: { concurrency: 50 } });
    const began = performance.now();
    await scheduler.scheduleMany(
      Array.from({ length: 5_000 }, (_, i) => ({ job: new HookJob('q'), queue: `q${i}` })),
    );
    await until(() => ran.length === 5_000, 'all of them');
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('interceptors', () => {
  @Injectable()
  class Twice implements JobInterceptor {
    async schedule(entry: { metadata: Record<string, string> }, next: () => Promise<JobId>) {
      entry.metadata['by'] = 'twice';
      const [first, second] = await Promise.all([next(), next()]);
      expect(second).toBe(first);
      return first;
    }
  }
  const intercepted = { ...local, interceptors: [Twice] };

  it('that call next() twice schedule once', async () => {
    const { scheduler } = await startApp(intercepted);
    await scheduler.scheduleMany(['a', 'b', 'c'].map((name) => ({ job: new HookJob(name) })));
    await scheduler.scheduleNow(new HookJob('d'));
    await until(async () => (await scheduler.counts()).succeeded === 4, 'all four');
    expect(ran.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('stand around recurring jobs too: each of their entries has the metadata', async () => {
    @JobVersion('Declared', 1)
    @RecurringJob('declared', { every: '1h' })
    class DeclaredJob extends HookJob {
      constructor() {
        super('declared');
      }
    }
    const seen: unknown[] = [];
    hooks['declared'] = hooks['called'] = ({ metadata }) => seen.push(metadata);
    const { scheduler } = await startApp({
      ...intercepted,
      scheduler: TestJobScheduler,
      jobs: [HookJob, DeclaredJob],
    });
    await scheduler.scheduleRecurring('called', new HookJob('called'), { every: 3_600_000 });
    await (scheduler as TestJobScheduler).advanceBy('1h');
    expect(seen).toEqual([{ by: 'twice' }, { by: 'twice' }]);
  });

  it('are there for what other modules schedule while they initialize', async () => {
    @Injectable()
    class Early implements OnModuleInit {
      constructor(private readonly scheduler: JobScheduler) {}
      async onModuleInit() {
        await this.scheduler.schedule(new HookJob('early'), '1h', { key: 'early' });
      }
    }
    @Global()
    @Module({ providers: [Early] })
    class EarlyModule {}
    const { scheduler } = await startModules([
      EarlyModule,
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot(intercepted),
    ]);
    expect((await scheduler.get({ key: 'early' }))?.metadata).toEqual({ by: 'twice' });
  });
});

describe('the app', () => {
  class GreetCommand {}
  @CommandHandler(GreetCommand)
  class GreetHandler {
    async execute() {
      ran.push('greeted');
    }
  }

  it('runs on the instant scheduler what was scheduled while it started, once the handlers are there', async () => {
    @Injectable()
    class Early implements OnModuleInit {
      constructor(private readonly commands: CommandScheduler) {}
      async onModuleInit() {
        await this.commands.scheduleNow(new GreetCommand());
        expect(ran).toEqual([]);
      }
    }
    @Module({ providers: [Early, GreetHandler] })
    class GreetModule {}
    await startModules([GreetModule, EventFlowJobsModule.forRoot(), CqrsModule.forRoot()]);
    expect(ran).toEqual(['greeted']);
  });

  it.each<[string, (commands: CommandScheduler) => Promise<unknown>]>([
    ['schedules', (commands) => commands.schedule(new GreetCommand(), '1h')],
    ['has recur', (commands) => commands.scheduleRecurring('greetings', new GreetCommand(), { every: '1h' })],
  ])('knows the command that a module %s which initializes before it', async (_, call) => {
    @Injectable()
    class Early implements OnModuleInit {
      constructor(private readonly commands: CommandScheduler) {}
      async onModuleInit() {
        await call(this.commands);
      }
    }
    @Global()
    @Module({ providers: [Early, GreetHandler] })
    class EarlyModule {}
    const { scheduler } = await startModules([
      EarlyModule,
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot({ scheduler: TestJobScheduler }),
    ]);
    await (scheduler as TestJobScheduler).advanceBy('59m');
    expect(ran).toEqual([]);
    await (scheduler as TestJobScheduler).advanceBy('1m');
    expect(ran).toEqual(['greeted']);
  });

  it('registers every feature module, however Nest tells modules apart', async () => {
    class OneJob extends HookJob {}
    class TwoJob extends HookJob {}
    class AppModule {}
    const imports = [
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot(),
      EventFlowJobsModule.forFeature({ jobs: [OneJob] }),
      EventFlowJobsModule.forFeature({ jobs: [TwoJob] }),
    ];
    const app = await NestFactory.createApplicationContext(
      { module: AppModule, imports },
      { logger: false, moduleIdGeneratorAlgorithm: 'deep-hash' },
    );
    await app.get(JobScheduler).scheduleNow(new OneJob('one'));
    await app.get(JobScheduler).scheduleNow(new TwoJob('two'));
    expect(ran).toEqual(['one', 'two']);
    await app.close();
  });

  it("lets a scheduler class inject what the app's root module provides", async () => {
    @Injectable()
    class Ledger {
      readonly lines: string[] = [];
    }
    @Injectable()
    class LedgerScheduler extends JobScheduler {
      readonly capabilities = new Set<Capability>();
      constructor(@Inject(Ledger) private readonly ledger: Ledger) {
        super();
      }
      override async scheduleNow(job: Job) {
        this.ledger.lines.push(job.constructor.name);
        return 'id';
      }
    }
    @Module({
      imports: [CqrsModule.forRoot(), EventFlowJobsModule.forRoot({ scheduler: LedgerScheduler })],
      providers: [Ledger],
    })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    await app.get(JobScheduler).scheduleNow(new HookJob('a'));
    expect(app.get(Ledger).lines).toEqual(['HookJob']);
    await app.close();
  });

  it('refuses what is scheduled after its shutdown, and shuts down once', async () => {
    const { nest, scheduler } = await startApp(local);
    await nest.close();
    await nest.close();
    expect(await errorOf(() => scheduler.scheduleNow(new HookJob('late')))).toBeInstanceOf(
      SchedulerUnavailableError,
    );
  });

  it.each([
    [
      'a scheduler whose () was left out',
      { scheduler: inProcessScheduler as never },
      /was the \(\) left out\?/,
    ],
    ['a scheduler that is none', { scheduler: { kind: 'x' } as never }, /`scheduler` is neither/],
    [
      'a wrong rate limit',
      { worker: { queues: { q: { rateLimit: { max: 1, per: 'zz' as never } } } } },
      /queues\.q\.rateLimit\.per must be a duration/,
    ],
    ['a queue without options', { worker: { queues: { q: null as never } } }, /queues\.q must be an object/],
    ['a wrong maxPayload', { maxPayload: Number.NaN }, /maxPayload must be a whole number/],
    [
      'an interceptor that is missing',
      { interceptors: [undefined as never] },
      /interceptors\[0\] is no class/,
    ],
    ['a wrong shutdownTimeout', { shutdownTimeout: 'soon' as never }, /shutdownTimeout: /],
  ])('does not start with %s, and says so', async (_, options, message) => {
    const error = await startError(options);
    expect(error.name).toBe('JobDefinitionError');
    expect(error.message).toMatch(message);
  });

  it('does not start with two forRoot()', async () => {
    const error = await startModules([
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot(),
      EventFlowJobsModule.forRoot({ jobs: [HookJob] }),
    ]).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).toMatch(/forRoot\(\) is imported twice/);
  });

  it('keeps the phase of a recurring job whose interval is only written another way', async () => {
    const { scheduler } = await startApp({ scheduler: TestJobScheduler, jobs: [HookJob] });
    await scheduler.scheduleRecurring('hourly', new HookJob('a'), { every: '1h' });
    const before = (await scheduler.listRecurring())[0]!.nextRunAt;
    await (scheduler as TestJobScheduler).advanceBy('30m');
    await scheduler.scheduleRecurring('hourly', new HookJob('a'), { every: 3_600_000 });
    expect((await scheduler.listRecurring())[0]!.nextRunAt).toEqual(before);
  });

  it('gives out copies: a changed list changes no schedule', async () => {
    const { scheduler } = await startApp({ scheduler: TestJobScheduler, jobs: [HookJob] });
    await scheduler.scheduleRecurring('hourly', new HookJob('a'), { every: '1h' });
    Object.assign((await scheduler.listRecurring())[0]!.schedule, { every: 'zzz' });
    await (scheduler as TestJobScheduler).advanceBy('2h');
    expect(ran).toEqual(['a', 'a']);
  });

  it('takes what a job takes out of its context', async () => {
    hooks['taker'] = ({ get, progress, resolve }) => {
      progress(0.5);
      expect(get(JobScheduler)).toBeInstanceOf(JobScheduler);
      return resolve(JobScheduler);
    };
    const { scheduler } = await startApp(local);
    const id = await scheduler.scheduleNow(new HookJob('taker'), { attempts: 1 });
    await until(async () => (await scheduler.get(id))?.state === 'succeeded', 'the job');
    expect((await scheduler.get(id))?.progress).toEqual({ fraction: 0.5 });
  });

  it.each([
    ['an array', () => [1]],
    ['a Map', () => new Map()],
    ['nothing', () => undefined],
  ])('parks data that an upgrader turned into %s', async (_, upgrade) => {
    @JobVersion('Grown', 1)
    class OldJob extends HookJob {}
    @JobVersion('Grown', 2, { upgrade: { 1: upgrade } })
    class NewJob extends HookJob {}
    const { scheduler } = await startApp({ ...local, jobs: [OldJob, NewJob] });
    const id = await scheduler.scheduleNow(new OldJob('a'));
    await until(async () => (await scheduler.get(id))?.state === 'parked', 'it to be parked');
    expect(ran).toEqual([]);
  });
});
