import {
  DuplicateJobKeyError,
  InvalidScheduleError,
  type Job,
  JobNotRegisteredError,
  JobPolicy,
  type ListFilter,
} from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../support/app.js';
import { until } from '../support/until.js';
import { startVirtual } from '../support/virtual.js';

class PlainJob implements Job {
  constructor(readonly value?: unknown) {}
  execute() {}
}
@JobPolicy({ attempts: 0 })
class WrongJob implements Job {
  execute() {}
}
const start = () => startVirtual({ jobs: [PlainJob] });
const refusal = async (options: object) => {
  const { scheduler } = await start();
  const error = await errorOf(() => scheduler.schedule(new PlainJob(), '1h', options));
  expect(error).toBeInstanceOf(InvalidScheduleError);
  expect(scheduler.pending).toEqual([]);
  return error.message;
};

describe('A call is refused, and nothing is stored,', () => {
  it.each([
    ['', '0 characters'],
    ['k'.repeat(256), '256 characters'],
    [7, 'number'],
    [null, 'object'],
  ])('for the key %j', async (key, found) => {
    expect(await refusal({ key })).toBe(
      `A key must be text of 1 to 255 characters, but this one is ${found}.`,
    );
  });

  it.each(['k\0', 'k\uD800'])('for the key %j, which not every store gives back', async (key) => {
    expect(await refusal({ key })).toBe(
      'A key must be well-formed text without NUL: encode what it is made of.',
    );
  });

  it('for an onConflict that there is not', async () => {
    expect(await refusal({ key: 'k', onConflict: 'ignore' })).toBe(
      `onConflict must be one of 'keep', 'replace', 'reject', but is "ignore".`,
    );
  });

  it.each([
    ['tenant', { tenant: 7 }],
    ['wrong', { fine: 'text', wrong: null }],
    ['__proto__', JSON.parse('{"__proto__":"text"}') as object],
  ])('for metadata whose %s is no text', async (name, metadata) => {
    expect(await refusal({ metadata })).toBe(`metadata.${name} must be text: convert it, or leave it out.`);
  });

  it.each([null, 'text', ['text'], 7])('for metadata that are no record: %j', async (metadata) => {
    expect(await refusal({ metadata })).toBe(
      "metadata must be a record of texts, such as { tenant: 'acme' }.",
    );
  });

  it('for metadata of more than 65,536 characters, names included', async () => {
    expect(await refusal({ metadata: { a: 'x'.repeat(32_768), b: 'x'.repeat(32_767) } })).toBe(
      "metadata is longer than 65536 characters: put it into the job's data.",
    );
    const { scheduler } = await start();
    const metadata = { a: 'x'.repeat(32_768), b: 'x'.repeat(32_766) };
    await scheduler.schedule(new PlainJob(), '1h', { metadata });
    expect(scheduler.pending).toHaveLength(1);
  });

  it('for a policy that makes no sense, of the call or of the class', async () => {
    expect(await refusal({ attempts: 0 })).toBe(
      'The options of the call: attempts must be a whole number from 1 to 2147483647, but is 0.',
    );
    const { scheduler } = await start();
    scheduler['core'].mapper['definitions'].register([WrongJob]);
    await expect(scheduler.scheduleNow(new WrongJob())).rejects.toThrow(
      '@JobPolicy of WrongJob: attempts must be a whole number from 1 to 2147483647, but is 0.',
    );
  });

  it('without a time, which is not to be taken for now', async () => {
    const { scheduler } = await start();
    const id = await scheduler.schedule(new PlainJob(), '1h');
    const message = 'No time was given: pass a Date or a delay, or call scheduleNow().';
    for (const call of [
      () => scheduler.schedule(new PlainJob(), undefined as never),
      () => scheduler.reschedule(id, undefined as never),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(InvalidScheduleError);
      expect(error.message).toBe(message);
    }
    expect(scheduler.pending.map(({ runAt }) => runAt)).toEqual([
      new Date(scheduler.now.getTime() + 3_600_000),
    ]);
  });

  it.each([undefined, null, 'text', Object.create(null)])('for %j instead of a job', async (job) => {
    const { scheduler } = await start();
    const error = await errorOf(() => scheduler.scheduleNow(job as Job));
    expect(error).toBeInstanceOf(JobNotRegisteredError);
    expect(error.message).toBe('No job was given: pass an instance of a registered job class.');
  });

  it.each([undefined, null, {}, { id: 7 }, { key: 7 }, 7])('for %j instead of an entry', async (ref) => {
    const { scheduler } = await start();
    const error = await errorOf(() => scheduler.get(ref as never));
    expect(error).toBeInstanceOf(InvalidScheduleError);
    expect(error.message).toBe('Name the entry by its id, by { id } or by { key }.');
  });

  it('for a taken key that is to be rejected, naming who holds it', async () => {
    const { scheduler } = await start();
    const holder = await scheduler.schedule(new PlainJob(), '1h', { key: 'k' });
    const error = await errorOf(() =>
      scheduler.schedule(new PlainJob(), '1h', { key: 'k', onConflict: 'reject' }),
    );
    expect(error).toBeInstanceOf(DuplicateJobKeyError);
    expect(error.message).toBe(
      `The key 'k' is held by the pending entry ${holder}: cancel that one first, or schedule with ` +
        "`onConflict: 'replace'` or `'keep'`.",
    );
  });
});

describe('A key', () => {
  it.each(['k', 'k'.repeat(255)])('may be %s', async (key) => {
    const { scheduler } = await start();
    const id = await scheduler.schedule(new PlainJob(), '1h', { key });
    expect((await scheduler.get({ key }))?.id).toBe(id);
  });
});

describe('An entry', () => {
  it('holds what the call said of backoff and timeout, and leaves the rest to the class', async () => {
    const { scheduler } = await start();
    const { planner } = scheduler['core'];
    const policyOf = (options: object) => planner.planJob(new PlainJob(), options).policy;
    const backoff = { type: 'fixed', delay: 1 } as const;
    expect(policyOf({ backoff, timeout: 5 })).toEqual({ backoff, timeout: 5 });
    expect(Object.keys(policyOf({ backoff })!)).toEqual(['backoff']);
    expect(Object.keys(policyOf({ timeout: 5 })!)).toEqual(['timeout']);
    expect(planner.planJob(new PlainJob(), { attempts: 2 })).not.toHaveProperty('policy');
  });

  it('has a copy of its metadata', async () => {
    const { scheduler } = await start();
    const metadata = { tenant: 'acme' };
    const id = await scheduler.schedule(new PlainJob(), '1h', { metadata });
    metadata.tenant = 'other';
    const entry = (await scheduler.get(id))!;
    expect(entry.metadata).toEqual({ tenant: 'acme' });
    (entry.metadata as Record<string, string>)['tenant'] = 'third';
    expect((await scheduler.get(id))!.metadata).toEqual({ tenant: 'acme' });
    const none = (await scheduler.get(await scheduler.schedule(new PlainJob(), '1h', { metadata: {} })))!;
    expect(none.metadata).toEqual({});
  });

  it('is told with what it has, and without what it has not', async () => {
    const { scheduler } = await start();
    const id = await scheduler.schedule(new PlainJob(1), '1h');
    expect(Object.keys((await scheduler.get(id))!)).toEqual([
      'id',
      'name',
      'version',
      'state',
      'runAt',
      'scheduledAt',
      'attempt',
      'attempts',
      'queue',
      'priority',
      'data',
      'metadata',
    ]);
  });

  it('that is nowhere is explained so', async () => {
    const { scheduler } = await start();
    expect(await scheduler.explain('nothing')).toEqual({
      reason: 'unknown',
      text: 'There is no entry nothing: it never was, or is no longer kept.',
    });
  });
});

describe('A list', () => {
  it.each([0, -1, 1.5, 10_001, Number.NaN, '5'])('has no limit %s', async (limit) => {
    const { scheduler } = await start();
    await expect(scheduler.list({ limit: limit as number })).rejects.toThrow(
      'limit must be a whole number from 1 to 10000.',
    );
  });

  it('has from 1 to 10,000 entries a page, and 100 by default', async () => {
    const { scheduler } = await start();
    await scheduler.scheduleMany(
      Array.from({ length: 101 }, (_, i) => ({ job: new PlainJob(i), when: '1h' })),
    );
    expect((await scheduler.list({ limit: 1 })).entries).toHaveLength(1);
    expect((await scheduler.list({ limit: 10_000 })).entries).toHaveLength(101);
    const page = await scheduler.list();
    expect(page.entries).toHaveLength(100);
    const last = await scheduler.list({ cursor: page.cursor! });
    expect(last.entries.map(({ data }) => data)).toEqual([{ value: 100 }]);
    expect(last).not.toHaveProperty('cursor');
  });

  it('refuses a state that there is not, and a cursor that it never gave', async () => {
    const { scheduler } = await start();
    await expect(scheduler.list({ state: ['scheduled', 'done'] as never })).rejects.toThrow(
      '"done" is no state: use scheduled, running, succeeded, failed, cancelled, parked.',
    );
    for (const cursor of ['x', '1x', 'x1', '', '-1', '1'.repeat(16)]) {
      await expect(scheduler.list({ cursor })).rejects.toThrow(
        'The cursor is none that list() gave: pass the one of the page before, unchanged.',
      );
    }
    expect((await scheduler.list({ cursor: '1'.repeat(15) })).entries).toEqual([]);
  });

  it('tells only what the filter asks for', async () => {
    const { scheduler } = await start();
    const a = await scheduler.schedule(new PlainJob(), '1h', { key: 'a', queue: 'mail' });
    const b = await scheduler.schedule(new PlainJob(), '1h', { key: 'b' });
    const ended = await scheduler.scheduleNow(new PlainJob());
    await scheduler.runDue();
    const ids = async (filter: ListFilter) => (await scheduler.list(filter)).entries.map(({ id }) => id);
    expect(await ids({})).toEqual([a, b, ended]);
    expect(await ids({ state: 'succeeded' })).toEqual([ended]);
    expect(await ids({ state: ['succeeded', 'scheduled'], queue: 'default' })).toEqual([b, ended]);
    expect(await ids({ key: 'a' })).toEqual([a]);
    expect(await ids({ queue: 'mail' })).toEqual([a]);
    expect(await ids({ name: 'PlainJob' })).toEqual([a, b, ended]);
    expect(await ids({ name: 'Other' })).toEqual([]);
    expect(await ids({ command: 'Other' })).toEqual([]);
  });
});

describe('Many at once', () => {
  it('are none when there are none', async () => {
    const { scheduler } = await start();
    expect(await scheduler.scheduleMany([])).toEqual([]);
  });

  it.each([undefined, null, {}, 'text', new Set()])('are a list, and not %o', async (entries) => {
    const { scheduler } = await start();
    const error = await errorOf(() => scheduler.scheduleMany(entries as never));
    expect(error).toBeInstanceOf(InvalidScheduleError);
    expect(error.message).toBe('scheduleMany() takes a list of entries.');
  });

  it('tell the interceptors of each when one of them is refused', async () => {
    const told: string[] = [];
    class TellingInterceptor {
      async schedule({ job }: { job: Job }, next: () => Promise<string>) {
        const { value } = job as PlainJob;
        if (value === 'wrong') throw new Error('refused');
        try {
          return await next();
        } catch (error) {
          told.push(`${String(value)}: ${(error as Error).message}`);
          throw error;
        }
      }
    }
    const { scheduler } = await startVirtual({ jobs: [PlainJob], interceptors: [TellingInterceptor] });
    const jobs = ['a', 'wrong', 'b'].map((value) => ({ job: new PlainJob(value) }));
    await expect(scheduler.scheduleMany(jobs)).rejects.toThrow('refused');
    await until(() => told.length === 2);
    expect(told.toSorted()).toEqual(['a: refused', 'b: refused']);
    expect(scheduler.pending).toEqual([]);
  });

  it('are stored with an interceptor that keeps one of them back', async () => {
    class SkippingInterceptor {
      schedule({ job }: { job: Job }, next: () => Promise<string>) {
        return (job as PlainJob).value === 'skip' ? Promise.resolve('skipped') : next();
      }
    }
    const { scheduler } = await startVirtual({ jobs: [PlainJob], interceptors: [SkippingInterceptor] });
    const jobs = ['a', 'skip', 'b'].map((value) => ({ job: new PlainJob(value), when: '1h' as const }));
    const ids = await scheduler.scheduleMany(jobs);
    expect(scheduler.pending.map(({ data }) => data)).toEqual([{ value: 'a' }, { value: 'b' }]);
    expect(ids).toEqual([scheduler.pending[0]!.id, 'skipped', scheduler.pending[1]!.id]);
  });
});

describe('A recurring job', () => {
  it.each(['', 'i'.repeat(256), 'i\0', 'i\uD800', 7, undefined])('has no id %j', async (id) => {
    const { scheduler } = await start();
    await expect(scheduler.scheduleRecurring(id as string, new PlainJob(), { every: '1h' })).rejects.toThrow(
      'The id of a recurring job must be well-formed text of 1 to 255 characters without NUL: give it a name.',
    );
    expect(await scheduler.listRecurring()).toEqual([]);
  });

  it.each([
    { cron: '0 3 * * *', every: '1h' },
    { cron: '0 3 * * *', missed: 'twice' },
    { every: '1h', timeZone: 'Europe/Rome' },
    { cron: '0 3 * * *', timezone: 'Europe/Rome' },
  ])('has no schedule %j', async (schedule) => {
    const { scheduler } = await start();
    const error = await errorOf(() => scheduler.scheduleRecurring('a', new PlainJob(), schedule as never));
    expect(error).toBeInstanceOf(InvalidScheduleError);
    expect(await scheduler.listRecurring()).toEqual([]);
  });

  it('is listed without a next time where it has none', async () => {
    const { scheduler } = await start();
    await scheduler.scheduleRecurring('a', new PlainJob(), { every: 8.64e15 });
    expect(await scheduler.listRecurring()).toEqual([
      { id: 'a', name: 'PlainJob', version: 1, schedule: { every: 8.64e15 } },
    ]);
  });

  it('is listed with its schedule, its next time and its last', async () => {
    const { scheduler } = await start();
    const id = 'i'.repeat(255);
    const schedule = { every: '1h' } as { every: '1h' | '2h' };
    const began = scheduler.now.getTime();
    await scheduler.scheduleRecurring(id, new PlainJob(), schedule);
    schedule.every = '2h';
    const at = (hours: number) => new Date(began + hours * 3_600_000);
    const about = { id, name: 'PlainJob', version: 1, schedule: { every: '1h' } };
    expect(await scheduler.listRecurring()).toEqual([{ ...about, nextRunAt: at(1) }]);
    await scheduler.advanceBy('1h');
    expect(await scheduler.listRecurring()).toEqual([{ ...about, nextRunAt: at(2), lastRunAt: at(1) }]);
  });
});
