import { runInNewContext } from 'node:vm';
import { Injectable, Scope } from '@nestjs/common';
import {
  DiscardJobError,
  type Job,
  type JobContext,
  JobCancelledError,
  JobPolicy,
  JobTimeoutError,
  JobVersion,
  JobWorker,
  SnoozeJobError,
} from 'nestjs-eventflow-jobs';
import { describe, expect, it, vi } from 'vitest';
import { Attempt } from '../../lib/jobs/attempt.js';
import { toError, toStoredError } from '../../lib/jobs/thrown.js';
import { recordLog } from '../support/log.js';
import { until } from '../support/until.js';
import { startVirtual } from '../support/virtual.js';

@JobVersion('Work', 2)
class WorkJob implements Job {
  static does: (context: JobContext) => unknown = () => {};
  async execute(context: JobContext) {
    await WorkJob.does(context);
  }
}
const MINUTE = 60_000;
const fixed = { type: 'fixed', delay: '1m' } as const;

describe('An attempt', () => {
  it('knows the entry that it is at', async () => {
    const { scheduler } = await startVirtual({ jobs: [WorkJob] });
    const contexts: JobContext[] = [];
    WorkJob.does = (context) => contexts.push(context);
    const scheduledAt = scheduler.now;
    const id = await scheduler.schedule(new WorkJob(), '1h', {
      key: 'k',
      queue: 'mail',
      attempts: 4,
      metadata: { tenant: 'acme' },
    });
    await scheduler.advanceBy('1h');
    const { name, version, attempt, attempts, runAt, key, queue, metadata, transaction } = contexts[0]!;
    expect(contexts[0]!.id).toBe(id);
    expect({ name, version, attempt, attempts, key, queue, metadata, transaction }).toEqual({
      name: 'Work',
      version: 2,
      attempt: 1,
      attempts: 4,
      key: 'k',
      queue: 'mail',
      metadata: { tenant: 'acme' },
      transaction: undefined,
    });
    expect(contexts[0]!.scheduledAt).toEqual(scheduledAt);
    expect(runAt).toEqual(new Date(scheduledAt.getTime() + 60 * MINUTE));
    expect(contexts[0]!.signal.aborted).toBe(false);
  });

  it.each([
    [0.5, 'half', { fraction: 0.5, note: 'half' }],
    [0.5, undefined, { fraction: 0.5 }],
    [-1, undefined, { fraction: 0 }],
    [7, undefined, { fraction: 1 }],
    [Number.NaN, undefined, { fraction: 0 }],
    ['0.25', 12, { fraction: 0.25, note: '12' }],
  ])('shows its progress (%s, %s)', async (fraction, note, shown) => {
    const { scheduler } = await startVirtual({ jobs: [WorkJob] });
    const seen: unknown[] = [];
    WorkJob.does = async (context) => {
      context.progress(fraction as number, note as string);
      seen.push((await scheduler.get(context.id))?.progress);
    };
    await scheduler.scheduleNow(new WorkJob());
    await scheduler.runDue();
    expect(seen).toEqual([shown]);
  });

  it('lets a job take what it needs out of it', async () => {
    @Injectable()
    class Ledger {}
    const { scheduler } = await startVirtual({ jobs: [WorkJob] }, { providers: [Ledger] });
    const found: unknown[] = [];
    WorkJob.does = async ({ get, resolve, progress, metadata }) => {
      progress(0.5);
      found.push(get(Ledger), await resolve(Ledger), Object.isFrozen(metadata));
    };
    await scheduler.scheduleNow(new WorkJob());
    await scheduler.runDue();
    expect(found).toEqual([expect.any(Ledger), expect.any(Ledger), true]);
  });

  it('is at an instance whose fields are fields like any other: the job may change and drop them', async () => {
    @JobVersion('Counting', 1)
    class CountingJob implements Job {
      count = 1;
      spare? = 'x';
      execute() {
        this.count += 1;
        delete this.spare;
        seen.push(Object.entries(this));
      }
    }
    const seen: unknown[] = [];
    const { scheduler } = await startVirtual({ jobs: [CountingJob] });
    const id = await scheduler.scheduleNow(new CountingJob());
    await scheduler.runDue();
    expect((await scheduler.get(id))!.lastError).toBeUndefined();
    expect(seen).toEqual([[['count', 2]]]);
  });

  it('that is cancelled while its data are still checked never begins', async () => {
    let checks = 0;
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const validate = async (value: unknown) => {
      checks += 1;
      if (checks === 2) await gate;
      return { value };
    };
    @JobVersion('Gated', 1, { schema: { '~standard': { version: 1, vendor: 'test', validate } } })
    class GatedJob extends WorkJob {}
    const { scheduler, events } = await startVirtual({ jobs: [GatedJob] });
    const ran = vi.fn();
    WorkJob.does = ran;
    const seen: string[] = [];
    const id = await scheduler.scheduleNow(new GatedJob());
    events.all$.subscribe(({ type }) => seen.push(type));
    const run = scheduler.runDue();
    await until(() => checks === 2);
    expect(await scheduler.cancel(id)).toBe(true);
    open();
    await run;
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(ran).not.toHaveBeenCalled();
    expect(seen).toEqual(['cancelled']);
    expect((await scheduler.get(id))!.state).toBe('cancelled');
  });

  it('comes to what its scheduler asked it to end for, whatever the job makes of that', async () => {
    const { scheduler } = await startVirtual({ jobs: [WorkJob] });
    const id = await scheduler.scheduleNow(new WorkJob());
    const entry = { ...scheduler['store'].find({ id })!, attempt: 1 };
    const outcomeOf = async (reason: Error, thrown: Error) => {
      const attempt = new Attempt(entry);
      WorkJob.does = () => {
        attempt.abort(reason);
        throw thrown;
      };
      return (await scheduler['core'].runner.run(attempt, scheduler['clock'])).outcome.type;
    };
    const cancelled = new JobCancelledError('by the user');
    expect(await outcomeOf(cancelled, cancelled)).toBe('cancelled');
    expect(await outcomeOf(cancelled, new Error('aborted'))).toBe('cancelled');
    expect(await outcomeOf(new JobTimeoutError('late'), cancelled)).toBe('retrying');
  });

  it('makes a request-scoped provider once, and each attempt its own', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Basket {}
    const { scheduler } = await startVirtual({ jobs: [WorkJob] }, { providers: [Basket] });
    const baskets: unknown[][] = [];
    WorkJob.does = async (context) => {
      baskets.push([await context.resolve(Basket), await context.resolve(Basket)]);
    };
    await scheduler.scheduleNow(new WorkJob());
    await scheduler.scheduleNow(new WorkJob());
    await scheduler.runDue();
    expect(baskets).toHaveLength(2);
    for (const [one, same] of baskets) {
      expect(one).toBeInstanceOf(Basket);
      expect(same).toBe(one);
    }
    expect(baskets[0]![0]).not.toBe(baskets[1]![0]);
  });
});

describe('What an attempt throws', () => {
  const failed = async (thrown: unknown, options = {}) => {
    const { scheduler } = await startVirtual({ jobs: [WorkJob] });
    WorkJob.does = () => {
      throw thrown;
    };
    const id = await scheduler.scheduleNow(new WorkJob(), { attempts: 3, backoff: fixed, ...options });
    await scheduler.runDue();
    const entry = (await scheduler.get(id))!;
    return { ...entry, delay: entry.runAt.getTime() - scheduler.now.getTime() };
  };

  it('is an error even when it was none, and says what it was', async () => {
    expect((await failed('text')).lastError).toMatchObject({
      name: 'Error',
      message: 'Something other than an Error was thrown: text',
    });
    expect(toError('text').cause).toBe('text');
    const error = new TypeError('own');
    expect(toError(error)).toBe(error);
  });

  it('is an error of another realm as it is, as Jest gives its tests one of their own', async () => {
    const foreign = runInNewContext('new RangeError("far away")') as Error;
    expect(foreign).not.toBeInstanceOf(Error);
    expect(toError(foreign)).toBe(foreign);
    expect((await failed(foreign)).lastError).toMatchObject({ name: 'RangeError', message: 'far away' });
  });

  it('is still shown when the next attempt asks for a snooze', async () => {
    const { scheduler } = await startVirtual({ jobs: [WorkJob] });
    WorkJob.does = ({ attempt }) => {
      throw attempt === 1 ? new Error('at first') : new SnoozeJobError('1h');
    };
    const id = await scheduler.scheduleNow(new WorkJob(), { attempts: 3, backoff: fixed });
    await scheduler.advanceBy('1m');
    const entry = (await scheduler.get(id))!;
    expect(entry).toMatchObject({ state: 'scheduled', attempt: 1, lastError: { message: 'at first' } });
    expect(entry.runAt.getTime() - scheduler.now.getTime()).toBe(60 * MINUTE);
  });

  it('is kept as class, message and stack, cut to a size that a store bears, and nothing else', () => {
    const error = Object.assign(new RangeError('x'.repeat(3_000)), { secret: 1, stack: 'y'.repeat(9_000) });
    error.name = 'z'.repeat(300);
    expect(toStoredError(error)).toEqual({
      name: 'z'.repeat(255),
      message: 'x'.repeat(2_000),
      stack: 'y'.repeat(8_000),
    });
    expect(toStoredError({ name: 'E', message: 'm' })).toEqual({ name: 'E', message: 'm' });
    const unreadable = Object.defineProperty({ name: 7 }, 'message', {
      get() {
        throw new Error('hidden');
      },
    });
    expect(toStoredError(unreadable as never)).toEqual({
      name: 'Error',
      message: 'The message of the error cannot be read.',
    });
    expect(toError({ secret: 1 }).message).toBe('Something other than an Error was thrown: object');
    expect(toError(() => 'secret').message).toBe('Something other than an Error was thrown: function');
  });

  it('costs no attempt when it is a snooze, and is due again after its delay', async () => {
    expect(await failed(new SnoozeJobError('2m'))).toMatchObject({
      state: 'scheduled',
      attempt: 0,
      delay: 2 * MINUTE,
    });
  });

  it('is run again at once when it is a snooze into the past', async () => {
    const { scheduler } = await startVirtual({ jobs: [WorkJob] });
    const runs: Date[] = [];
    WorkJob.does = ({ runAt }) => {
      runs.push(runAt);
      if (runs.length === 1) throw new SnoozeJobError(-5);
    };
    await scheduler.scheduleNow(new WorkJob());
    await scheduler.runDue();
    expect(runs).toEqual([scheduler.now, scheduler.now]);
  });

  it('names the delay that a snooze asks for', () => {
    expect(new SnoozeJobError('2m').message).toBe('Asked to be run again after 2m.');
    expect(new SnoozeJobError(250).message).toBe('Asked to be run again after 250 ms.');
  });

  it('is a failed attempt when it is a snooze that nobody can read, and the log says so', async () => {
    const log = recordLog();
    expect(await failed(new SnoozeJobError('soon' as never))).toMatchObject({
      state: 'scheduled',
      attempt: 1,
      delay: MINUTE,
    });
    expect(log[0]).toMatch(
      /^error: A backoff, a snooze or a timeout could not be read, the default holds: "soon" is not/,
    );
  });

  it('is retried by the default backoff when a backoff function makes no sense, and the log says so', async () => {
    const log = recordLog();
    const { delay, state } = await failed(new Error('again'), { backoff: () => 'soon' });
    expect(state).toBe('scheduled');
    expect(delay).toBeGreaterThanOrEqual(1_000);
    expect(delay).toBeLessThanOrEqual(1_500);
    expect(log[0]).toMatch(/^error: A backoff, a snooze or a timeout could not be read/);
  });

  it('is retried by the default backoff when a backoff function throws', async () => {
    const { state, lastError } = await failed(new Error('again'), {
      backoff: () => {
        throw new Error('in the backoff');
      },
    });
    expect(state).toBe('scheduled');
    expect(lastError!.message).toBe('again');
  });

  it('fails for good at the last attempt, or when it is a DiscardJobError', async () => {
    expect((await failed(new Error('no'), { attempts: 1 })).state).toBe('failed');
    expect((await failed(new Error('no'), { attempts: 2 })).state).toBe('scheduled');
    expect((await failed(new DiscardJobError('no'))).state).toBe('failed');
  });
});

describe('A timeout', () => {
  @JobPolicy({ timeout: '2m', attempts: 2, backoff: fixed })
  class SlowJob extends WorkJob {}

  it('of the class ends an attempt at its time, not before, and says how long it was', async () => {
    const { scheduler } = await startVirtual({ jobs: [SlowJob] });
    let signal: AbortSignal | undefined;
    WorkJob.does = (context) => {
      signal = context.signal;
      return new Promise(() => {});
    };
    const id = await scheduler.scheduleNow(new SlowJob());
    await scheduler.advanceBy(2 * MINUTE - 1);
    expect((await scheduler.get(id))!.state).toBe('running');
    expect(signal!.aborted).toBe(false);
    await scheduler.advanceBy(1);
    expect(await scheduler.get(id)).toMatchObject({
      state: 'scheduled',
      lastError: {
        name: 'JobTimeoutError',
        message:
          `SlowJob (${id}) ran for longer than its timeout of 120000 ms: let it end when \`context.signal\` aborts, or ` +
          'raise `timeout` in its @JobPolicy.',
      },
    });
    expect(signal!.reason).toBeInstanceOf(JobTimeoutError);
  });

  it('of the call wins over that of the class', async () => {
    const { scheduler } = await startVirtual({ jobs: [SlowJob] });
    WorkJob.does = () => new Promise(() => {});
    const id = await scheduler.scheduleNow(new SlowJob(), { timeout: '1h' });
    await scheduler.advanceBy('59m');
    expect((await scheduler.get(id))!.state).toBe('running');
    await scheduler.advanceBy('1m');
    expect((await scheduler.get(id))!.state).toBe('scheduled');
  });

  it('leaves no timer behind when the attempt ends before it', async () => {
    const { scheduler } = await startVirtual({ jobs: [SlowJob] });
    WorkJob.does = () => {};
    await scheduler.scheduleNow(new SlowJob());
    await scheduler.runDue();
    expect(scheduler['clock'].nextAt).toBeUndefined();
  });
});

describe('An attempt that does not end while the worker stops', () => {
  it('goes back, as if it had never been begun, and nothing is told of it', async () => {
    const { scheduler, nest, events } = await startVirtual({ jobs: [WorkJob], shutdownTimeout: 0 });
    WorkJob.does = () => new Promise(() => {});
    const id = await scheduler.scheduleNow(new WorkJob(), { timeout: '1h', attempts: 1 });
    await scheduler.runDue();
    expect((await scheduler.get(id))!.state).toBe('running');
    const seen: string[] = [];
    events.all$.subscribe(({ type }) => seen.push(type));
    await nest.get(JobWorker).stop();
    const entry = (await scheduler.get(id))!;
    expect(entry).toMatchObject({ state: 'scheduled', attempt: 0 });
    expect(entry).not.toHaveProperty('lastError');
    expect(seen).toEqual([]);
  });
});

describe('How many attempts were begun', () => {
  it('is what runDue() tells', async () => {
    const { scheduler } = await startVirtual({ jobs: [WorkJob] });
    WorkJob.does = () => {};
    expect(await scheduler.runDue()).toBe(0);
    await scheduler.scheduleNow(new WorkJob());
    await scheduler.scheduleNow(new WorkJob());
    await scheduler.schedule(new WorkJob(), '1h');
    expect(await scheduler.runDue()).toBe(2);
    expect(await scheduler.runDue()).toBe(0);
  });
});

describe('The signal of an attempt', () => {
  const reason = new JobCancelledError('first');
  const attempt = () => new Attempt({} as never);

  it('is aborted with the first reason, and only once', () => {
    const one = attempt();
    const heard = vi.fn();
    one.onAbort(heard);
    const { signal } = one;
    expect(signal.aborted).toBe(false);
    one.abort(reason);
    one.abort(new JobCancelledError('second'));
    expect(signal.reason).toBe(reason);
    expect(heard.mock.calls).toEqual([[reason]]);
  });

  it('shows the reason to those who ask for it only afterwards', () => {
    const one = attempt();
    one.abort(reason);
    const heard = vi.fn();
    one.onAbort(heard);
    expect(heard.mock.calls).toEqual([[reason]]);
    expect(one.signal.aborted).toBe(true);
    expect(one.signal.reason).toBe(reason);
    expect(one.signal).toBe(one.signal);
  });

  it('is quiet to those who ask before anything happens', () => {
    const heard = vi.fn();
    attempt().onAbort(heard);
    expect(heard).not.toHaveBeenCalled();
    expect(() => attempt().onProgress(1)).not.toThrow();
  });
});
