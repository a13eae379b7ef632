import { CommandHandler } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  type Capability,
  EventFlowJobsModule,
  type Job,
  JobScheduler,
  JobWorker,
  RecurringJob,
  type RecurringSchedule,
} from 'nestjs-eventflow-jobs';
import { beforeEach, describe, expect, it } from 'vitest';
import { startApp, startError } from '../support/app.js';
import { recordLog } from '../support/log.js';
import { startVirtual } from '../support/virtual.js';

const ran: string[] = [];
beforeEach(() => {
  ran.length = 0;
});
class NoteJob implements Job {
  execute() {
    ran.push('job');
  }
}
@RecurringJob('notes', { every: '1h' })
class HourlyJob extends NoteJob {}

class SweepCommand {}
@CommandHandler(SweepCommand)
class SweepHandler {
  async execute() {
    ran.push('command');
  }
}

/** A job class with this declaration. */
const declared = (id: unknown, schedule: unknown = { every: '1h' }, className = 'DeclaredJob') => {
  const type = { [className]: class extends NoteJob {} }[className]!;
  RecurringJob(id as string, schedule as RecurringSchedule)(type);
  return type;
};

describe('A class with @RecurringJob', () => {
  it('runs at its ticks, not before', async () => {
    const { scheduler } = await startVirtual({ jobs: [HourlyJob] });
    await scheduler.advanceBy('59m');
    expect(ran).toEqual([]);
    await scheduler.advanceBy('1m');
    expect(ran).toEqual(['job']);
    await scheduler.advanceBy('1h');
    expect(ran).toEqual(['job', 'job']);
  });

  it('may be a command', async () => {
    RecurringJob('sweep', { every: '1h' })(SweepCommand);
    const { scheduler } = await startVirtual({}, { providers: [SweepHandler] });
    expect(await scheduler.listRecurring()).toMatchObject([{ id: 'sweep', name: 'PublishCommand' }]);
    await scheduler.advanceBy('1h');
    expect(ran).toEqual(['command']);
  });

  it('is not declared by its parent class', async () => {
    class ChildJob extends HourlyJob {}
    const { scheduler } = await startVirtual({ jobs: [ChildJob] });
    expect(await scheduler.listRecurring()).toEqual([]);
  });

  it.each([
    ['a', 'i'.repeat(255)],
    ['b', 'notes'],
  ])('may have an id of 1 to 255 characters (%s)', async (...ids) => {
    const { scheduler } = await startVirtual({
      jobs: ids.map((id, i) => declared(id, undefined, `Job${'AB'[i]}`)),
    });
    expect((await scheduler.listRecurring()).map(({ id }) => id)).toEqual(ids);
  });

  it.each(['', 'i'.repeat(256), 'i\0', 'i\uD800', 7, undefined])('is refused with the id %j', async (id) => {
    expect((await startError({ jobs: [declared(id)] })).mistakes).toEqual([
      'DeclaredJob: @RecurringJob: its id must be well-formed text of 1 to 255 characters without NUL.',
    ]);
  });

  it('is refused with a schedule that makes no sense', async () => {
    const { mistakes } = await startError({ jobs: [declared('a', { every: 'soon' })] });
    expect(mistakes).toHaveLength(1);
    expect(mistakes![0]).toMatch(/^DeclaredJob: @RecurringJob: every: "soon" of a recurring schedule is no/);
  });

  it('is refused with arguments of its constructor, unless they have defaults', async () => {
    class ArgumentJob extends NoteJob {
      constructor(readonly argument: string) {
        super();
      }
    }
    class DefaultJob extends NoteJob {
      constructor(readonly argument = 'fine') {
        super();
      }
    }
    RecurringJob('argument', { every: '1h' })(ArgumentJob);
    RecurringJob('default', { every: '1h' })(DefaultJob);
    expect((await startError({ jobs: [ArgumentJob as never, DefaultJob] })).mistakes).toEqual([
      'ArgumentJob is a @RecurringJob, but its constructor takes arguments: give them defaults, or call scheduleRecurring().',
    ]);
  });

  it('is refused with a constructor that throws', async () => {
    class ThrowingJob extends NoteJob {
      constructor() {
        super();
        throw new Error('not now');
      }
    }
    RecurringJob('throwing', { every: '1h' })(ThrowingJob);
    expect((await startError({ jobs: [ThrowingJob] })).mistakes).toEqual([
      'ThrowingJob is a @RecurringJob, but its constructor throws: not now',
    ]);
  });

  it('is refused with the id of another', async () => {
    const { mistakes } = await startError({
      jobs: [declared('same', undefined, 'A'), declared('same', undefined, 'B')],
    });
    expect(mistakes).toEqual(["A and B are both @RecurringJob 'same': give each an id of its own."]);
  });

  it('runs never on a scheduler that cannot do so, and the log says which and what to choose', async () => {
    const log = recordLog();
    await startApp({ jobs: [declared('a', undefined, 'A'), declared('b', undefined, 'B')] });
    expect(log).toEqual([
      "warn: @RecurringJob 'a', 'b' will never run on InstantScheduler: choose inProcessScheduler() or a durable scheduler.",
    ]);
  });

  it('is nothing that a scheduler without recurring jobs warns of where there is none', async () => {
    const log = recordLog();
    await startApp({ jobs: [NoteJob] });
    expect(log.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it('keeps its next tick when its declaration is the same at the next start, and goes with it', async () => {
    const { scheduler, nest } = await startVirtual({ jobs: [HourlyJob] });
    await scheduler.scheduleRecurring('called', new HourlyJob(), { every: '2h' });
    await scheduler.advanceBy('30m');
    const before = await scheduler.listRecurring();
    const worker = nest.get(JobWorker);
    await worker.stop();
    await worker.start();
    expect((await scheduler.listRecurring()).toSorted((a, b) => b.id.localeCompare(a.id))).toEqual(
      before.toSorted((a, b) => b.id.localeCompare(a.id)),
    );
    await scheduler['declareRecurring']([]);
    expect((await scheduler.listRecurring()).map(({ id }) => id)).toEqual(['called']);
  });
});

describe('The worker', () => {
  class WatchedScheduler extends JobScheduler {
    static calls: unknown[] = [];
    readonly capabilities = new Set<Capability>(['delay']);
    protected override async startWork(options: object) {
      WatchedScheduler.calls.push(['start', options]);
    }
    protected override async stopWork(timeout: number) {
      WatchedScheduler.calls.push(['stop', timeout]);
    }
  }
  const callsOf = async (options: object) => {
    WatchedScheduler.calls = [];
    const { nest } = await startApp({ scheduler: WatchedScheduler, shutdownTimeout: undefined, ...options });
    await nest.close();
    return WatchedScheduler.calls;
  };

  it('starts with the app, with its options, and stops with it, within shutdownTimeout', async () => {
    expect(await callsOf({})).toEqual([
      ['start', {}],
      ['stop', 30_000],
    ]);
    expect(await callsOf({ worker: { concurrency: 3 }, shutdownTimeout: '2m' })).toEqual([
      ['start', { concurrency: 3 }],
      ['stop', 120_000],
    ]);
    expect(await callsOf({ worker: true })).toEqual([
      ['start', {}],
      ['stop', 30_000],
    ]);
    expect(await callsOf({ worker: { autoStart: true } })).toEqual([
      ['start', { autoStart: true }],
      ['stop', 30_000],
    ]);
  });

  it('does not start by itself with worker: false or autoStart: false', async () => {
    for (const worker of [false, { autoStart: false }]) {
      expect(await callsOf({ worker })).toEqual([['stop', 30_000]]);
    }
  });

  it("leaves a test's double of the scheduler alone", async () => {
    const module = await Test.createTestingModule({
      imports: [EventFlowJobsModule.forRoot({ jobs: [HourlyJob] })],
    })
      .overrideProvider(JobScheduler)
      .useValue({})
      .compile();
    const app = await module.createNestApplication({ logger: false }).init();
    await expect(app.get(JobWorker).start()).resolves.toBeUndefined();
    await expect(app.close()).resolves.toBeUndefined();
  });

  it.each<[unknown, string[]]>([
    [{ concurrency: 0 }, ['worker.concurrency must be a whole number from 1.']],
    [{ concurrency: 1.5 }, ['worker.concurrency must be a whole number from 1.']],
    [
      { queues: { mail: { concurrency: 0 } } },
      ['worker.queues.mail.concurrency must be a whole number from 1.'],
    ],
    [
      { queues: { mail: { rateLimit: { max: 0, per: 1 } } } },
      ['worker.queues.mail.rateLimit.max must be a whole number from 1.'],
    ],
    [null, ['worker must be true, false or an object.']],
    [{ queues: { mail: 3 } }, ['worker.queues.mail must be an object.']],
    [{ queues: { mail: null } }, ['worker.queues.mail must be an object.']],
    ...[0, -1, 'soon', undefined].map((per): [unknown, string[]] => [
      { queues: { mail: { rateLimit: { max: 1, per } } } },
      ['worker.queues.mail.rateLimit.per must be a duration above zero.'],
    ]),
    [
      { concurrency: -1, queues: { a: { concurrency: Number.NaN }, b: { rateLimit: { max: 0.5, per: 1 } } } },
      [
        'worker.concurrency must be a whole number from 1.',
        'worker.queues.a.concurrency must be a whole number from 1.',
        'worker.queues.b.rateLimit.max must be a whole number from 1.',
      ],
    ],
  ])('is refused with %j', async (worker, mistakes) => {
    expect((await startError({ worker: worker as never })).mistakes).toEqual(mistakes);
  });

  it.each([
    undefined,
    true,
    {},
    { concurrency: 1, queues: { mail: {}, sms: { concurrency: 1, rateLimit: { max: 1, per: '1s' } } } },
  ])('may have the options %j', async (worker) => {
    await startApp({ worker: worker as object });
  });
});
