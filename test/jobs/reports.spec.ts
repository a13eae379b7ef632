import { Injectable } from '@nestjs/common';
import { CommandHandler, EventBus } from '@nestjs/cqrs';
import {
  DiscardJobError,
  type Job,
  type JobEvent,
  JobVersion,
  SnoozeJobError,
  JobFailedEvent,
} from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { recordLog } from '../support/log.js';
import { startVirtual } from '../support/virtual.js';

@JobVersion('Pay', 3)
class PayJob implements Job {
  static does: () => void = () => {};
  execute() {
    PayJob.does();
  }
}
class ShipCommand {}
@Injectable()
@CommandHandler(ShipCommand)
class ShipHandler {
  async execute() {
    throw new DiscardJobError('no such order');
  }
}

const fixed = { type: 'fixed', delay: '1m' } as const;
const start = async () => {
  const app = await startVirtual({ jobs: [PayJob] }, { providers: [ShipHandler] });
  const seen: JobEvent[] = [];
  app.events.all$.subscribe((event) => seen.push(event));
  return { ...app, seen };
};

describe('The log', () => {
  it('warns of a failed attempt, and tells when the next one is due', async () => {
    const { scheduler } = await start();
    const log = recordLog();
    PayJob.does = () => {
      throw new Error('card expired');
    };
    const id = await scheduler.scheduleNow(new PayJob(), { attempts: 3, backoff: fixed });
    const again = new Date(scheduler.now.getTime() + 60_000).toISOString();
    await scheduler.runDue();
    expect(log).toEqual([`warn: Pay v3 (${id}), attempt 1 of 3, failed, again at ${again}: card expired`]);
  });

  it('tells of a failure for good as an error, a command by its own name', async () => {
    const { scheduler, commands } = await start();
    const log = recordLog();
    const id = await commands.scheduleNow(new ShipCommand());
    await scheduler.runDue();
    expect(log).toEqual([`error: ShipCommand v1 (${id}), attempt 1 of 10, failed for good: no such order`]);
  });

  it('says nothing of what went well, was cancelled, or is snoozed', async () => {
    const { scheduler } = await start();
    const log = recordLog();
    PayJob.does = () => {};
    await scheduler.scheduleNow(new PayJob());
    await scheduler.cancel(await scheduler.schedule(new PayJob(), '1h'));
    await scheduler.runDue();
    PayJob.does = () => {
      throw new SnoozeJobError('1h');
    };
    await scheduler.scheduleNow(new PayJob());
    await scheduler.runDue();
    expect(log).toEqual([]);
  });
});

describe('A failure for good', () => {
  const publishing = async (publish: (event: unknown) => unknown) => {
    const app = await start();
    app.nest.get(EventBus).publish = publish as never;
    const log = recordLog();
    PayJob.does = () => {
      throw new DiscardJobError('no');
    };
    const id = await app.scheduler.scheduleNow(new PayJob());
    await app.scheduler.runDue();
    expect((await app.scheduler.get(id))!.state).toBe('failed');
    return { ...app, log, id };
  };

  it('is published with the entry as it ended', async () => {
    const published: unknown[] = [];
    const { id, scheduler } = await publishing((event) => published.push(event));
    expect(published).toEqual([new JobFailedEvent((await scheduler.get(id))!, new DiscardJobError('no'))]);
  });

  it('that cannot be published, by a broker that is away, is told to the log', async () => {
    const { id, log } = await publishing(() => Promise.reject(new Error('away')));
    expect(log[1]).toBe(`error: JobFailedEvent of Pay v3 (${id}) could not be published: away`);
  });

  it('harms nothing when the bus itself throws', async () => {
    const { log } = await publishing(() => {
      throw new Error('broken');
    });
    expect(log[1]).toBe('error: What happened to an entry could not be told: broken');
  });
});

describe('Events', () => {
  it('tell what the entry was scheduled with', async () => {
    const { scheduler, commands, seen } = await start();
    const now = scheduler.now;
    const runAt = new Date(now.getTime() + 3_600_000);
    const job = await scheduler.schedule(new PayJob(), '1h', { key: 'k', queue: 'money' });
    const command = await commands.schedule(new ShipCommand(), '1h');
    const scheduled = { type: 'scheduled', attempt: 0, at: now, runAt };
    expect(seen).toEqual([
      { ...scheduled, id: job, name: 'Pay', version: 3, key: 'k', queue: 'money' },
      {
        ...scheduled,
        id: command,
        name: 'PublishCommand',
        version: 1,
        command: { name: 'ShipCommand', version: 1 },
        queue: 'default',
      },
    ]);
  });

  it('tell of a failed attempt with its error, its number and the time it took', async () => {
    const { scheduler, seen } = await start();
    const error = new TypeError('no');
    PayJob.does = () => {
      throw error;
    };
    const id = await scheduler.scheduleNow(new PayJob(), { attempts: 2, backoff: fixed });
    const [first, second] = [scheduler.now, new Date(scheduler.now.getTime() + 60_000)];
    await scheduler.advanceBy('1m');
    const of = (type: string, attempt: number, at: Date) => ({
      type,
      id,
      name: 'Pay',
      version: 3,
      queue: 'default',
      runAt: at, // on a virtual clock each attempt begins when it is due
      attempt,
      at,
    });
    expect(seen).toEqual([
      of('scheduled', 0, first),
      of('started', 1, first),
      { ...of('retrying', 1, first), durationMs: 0, error },
      of('started', 2, second),
      { ...of('failed', 2, second), durationMs: 0, error },
    ]);
  });

  it('tell how long an attempt took, and of no time below zero when the clock was set back', async () => {
    const { scheduler, seen } = await start();
    const clock = scheduler['clock'];
    PayJob.does = () => clock.moveTo(clock.now() + 70);
    await scheduler.scheduleNow(new PayJob());
    await scheduler.runDue();
    PayJob.does = () => {
      clock['current'] -= 5_000;
    };
    await scheduler.scheduleNow(new PayJob());
    await scheduler.runDue();
    const ended = seen.filter(({ type }) => type === 'succeeded');
    expect(ended.map(({ durationMs }) => durationMs)).toEqual([70, 0]);
  });

  it('tell of an entry that another replaced as cancelled, and of none that was kept out', async () => {
    const { scheduler, seen } = await start();
    const old = await scheduler.schedule(new PayJob(), '1h', { key: 'k' });
    expect(await scheduler.schedule(new PayJob(), '2h', { key: 'k' })).toBe(old);
    expect(seen.splice(0).map(({ type, id }) => [type, id])).toEqual([['scheduled', old]]);
    const id = await scheduler.schedule(new PayJob(), '2h', { key: 'k', onConflict: 'replace' });
    expect(seen.map((event) => [event.type, event.id, event.key])).toEqual([
      ['cancelled', old, 'k'],
      ['scheduled', id, 'k'],
    ]);
  });

  it('tell of an entry that is parked how long the attempt took that found it out', async () => {
    const { scheduler, seen } = await start();
    const id = await scheduler.scheduleNow(new PayJob());
    const stored = scheduler['store'].find({ id })!;
    await scheduler['insert']([{ ...stored, id: 'damaged', data: 'not JSON', onConflict: 'keep' }]);
    await scheduler.runDue();
    expect(seen.find(({ type }) => type === 'parked')).toMatchObject({
      id: 'damaged',
      attempt: 0,
      durationMs: 0,
    });
  });

  it('tell of a success without an error, and of a snooze as scheduled again, its attempt not counted', async () => {
    const { scheduler, seen } = await start();
    PayJob.does = () => {
      PayJob.does = () => {};
      throw new SnoozeJobError('1h');
    };
    await scheduler.scheduleNow(new PayJob());
    await scheduler.advanceBy('1h');
    expect(seen.map(({ type, attempt }) => [type, attempt])).toEqual([
      ['scheduled', 0],
      ['started', 1],
      ['scheduled', 0],
      ['started', 1],
      ['succeeded', 1],
    ]);
    expect(seen.filter((event) => 'error' in event)).toEqual([]);
    expect(seen.map(({ durationMs }) => durationMs)).toEqual([undefined, undefined, 0, undefined, 0]);
  });
});
