import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import {
  type EventFlowJobsModuleOptions,
  type Job,
  type JobContext,
  JobScheduler,
  JobWorker,
  RecurringJob,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApp } from '../support/app.js';
import { recordLog } from '../support/log.js';

const NOW = Date.parse('2027-01-01T00:00:00Z');
const ran: string[] = [];
class NoteJob implements Job {
  constructor(readonly text = 'note') {}
  execute(context: JobContext): Promise<void> | void {
    ran.push(this.text);
    if (this.text === 'fails') throw new Error('no');
    if (this.text === 'hangs') {
      return new Promise((_, reject) =>
        context.signal.addEventListener('abort', () => reject(context.signal.reason as Error)),
      );
    }
  }
}
@RecurringJob('declared', { every: '1h' })
class HourlyJob extends NoteJob {
  constructor() {
    super('hourly');
  }
}

/** Lets the worker take its turns. */
const turns = async () => {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
};
const pass = async (milliseconds: number) => {
  vi.advanceTimersByTime(milliseconds);
  await turns();
};
const start = async (options: EventFlowJobsModuleOptions = {}, imports: object[] = []) => {
  const app = await startApp(
    { scheduler: inProcessScheduler(), jobs: [NoteJob], ...options },
    { imports: imports as never },
  );
  await turns();
  return app;
};

beforeEach(() => {
  ran.length = 0;
  vi.useFakeTimers({ now: NOW, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('The in-process scheduler', () => {
  it('says at the start that nothing outlasts the process, and at the end how much that was', async () => {
    const log = recordLog();
    const { nest, scheduler } = await start();
    expect(log).toEqual(['log: Entries are kept in the memory of this process: they are gone when it ends.']);
    await scheduler.schedule(new NoteJob(), '1h');
    await scheduler.schedule(new NoteJob(), '2h');
    await scheduler.cancel(await scheduler.schedule(new NoteJob(), '3h'));
    await scheduler.scheduleRecurring('a', new NoteJob(), { every: '1h' });
    await nest.close();
    expect(log.slice(1)).toEqual([
      'warn: Lost with this process: entries that had not ended: 2; recurring jobs: 1.',
    ]);
  });

  it('says at the end that one entry and one recurring job are lost', async () => {
    const { nest, scheduler } = await start();
    await scheduler.schedule(new NoteJob(), '1h');
    await scheduler.scheduleRecurring('a', new NoteJob(), { every: '1h' });
    const log = recordLog();
    await nest.close();
    expect(log).toEqual(['warn: Lost with this process: entries that had not ended: 1; recurring jobs: 1.']);
  });

  it('ends without a word when nothing is lost', async () => {
    const { nest, scheduler } = await start();
    const log = recordLog();
    await scheduler.scheduleNow(new NoteJob());
    await turns();
    await nest.close();
    expect(ran).toEqual(['note']);
    expect(log).toEqual([]);
  });

  it('is named, made anew for each app, and says what it can do', () => {
    const factory = inProcessScheduler();
    expect(factory.kind).toBe('in-process');
    expect(factory.create()).not.toBe(factory.create());
    expect(factory.create()).toBeInstanceOf(JobScheduler);
    expect([...factory.create().capabilities]).toEqual([
      'delay',
      'cancel',
      'reschedule',
      'query',
      'key',
      'recurring',
      'retry',
      'priority',
      'queues',
      'rate-limit',
      'pause',
    ]);
  });
});

describe('The in-process scheduler wakes by itself, not before its time,', () => {
  it('when the next entry is due, an earlier one that came later included', async () => {
    const { scheduler } = await start();
    await scheduler.schedule(new NoteJob('late'), 20_000);
    await turns();
    await scheduler.schedule(new NoteJob('early'), 10_000);
    await turns();
    await pass(9_999);
    expect(ran).toEqual([]);
    await pass(1);
    expect(ran).toEqual(['early']);
    await pass(9_999);
    expect(ran).toEqual(['early']);
    await pass(1);
    expect(ran).toEqual(['early', 'late']);
  });

  it('when an entry is rescheduled', async () => {
    const { scheduler } = await start();
    const id = await scheduler.schedule(new NoteJob(), '1h');
    await turns();
    await scheduler.reschedule(id, '1m');
    await turns();
    await pass(59_999);
    expect(ran).toEqual([]);
    await pass(1);
    expect(ran).toEqual(['note']);
  });

  it('when a failed entry is to be run again', async () => {
    const { scheduler } = await start();
    const id = await scheduler.scheduleNow(new NoteJob('fails'), { attempts: 1 });
    await turns();
    expect(ran).toEqual(['fails']);
    expect(await scheduler.retry(id)).toBe(true);
    await turns();
    expect(ran).toEqual(['fails', 'fails']);
  });

  it('when a pause ends', async () => {
    const { scheduler } = await start();
    await scheduler.pause();
    await scheduler.scheduleNow(new NoteJob());
    await turns();
    expect(ran).toEqual([]);
    await scheduler.resume();
    await turns();
    expect(ran).toEqual(['note']);
  });

  it('for what was due before its worker started', async () => {
    const { scheduler, nest } = await start({ worker: { autoStart: false } });
    const id = await scheduler.scheduleNow(new NoteJob());
    await turns();
    expect(ran).toEqual([]);
    expect((await scheduler.explain(id)).reason).toBe('no-worker');
    await nest.get(JobWorker).start();
    await turns();
    expect(ran).toEqual(['note']);
  });

  it('at the ticks of recurring jobs and at entries between them, each at its own time', async () => {
    const { scheduler } = await start();
    await scheduler.scheduleRecurring('slow', new NoteJob('slow'), { every: '30s' });
    await scheduler.scheduleRecurring('fast', new NoteJob('fast'), { every: '20s' });
    await scheduler.scheduleRecurring('rare', new NoteJob('rare'), { every: '1h' });
    await scheduler.schedule(new NoteJob('entry'), '25s');
    await turns();
    const seen: [number, string][] = [];
    for (let second = 1; second <= 60; second++) {
      await pass(1_000);
      for (const text of ran.splice(0)) seen.push([second, text]);
    }
    expect(seen.toSorted((a, b) => a[0] - b[0] || a[1].localeCompare(b[1]))).toEqual([
      [20, 'fast'],
      [25, 'entry'],
      [30, 'slow'],
      [40, 'fast'],
      [60, 'fast'],
      [60, 'slow'],
    ]);
  });

  it('no more when the worker has stopped', async () => {
    const { scheduler, nest } = await start();
    const id = await scheduler.schedule(new NoteJob(), '1m');
    await turns();
    await nest.get(JobWorker).stop();
    await pass(120_000);
    expect(ran).toEqual([]);
    expect((await scheduler.explain(id)).reason).toBe('no-worker');
    await nest.get(JobWorker).stop();
    await nest.get(JobWorker).start();
    await turns();
    expect(ran).toEqual(['note']);
  });
});

describe('The in-process scheduler', () => {
  it('has one worker, however often it is started', async () => {
    const { scheduler, nest } = await start({ worker: { concurrency: 1 } });
    const ids = [await scheduler.scheduleNow(new NoteJob('hangs'))];
    ids.push(await scheduler.scheduleNow(new NoteJob('second')));
    await turns();
    await nest.get(JobWorker).start();
    await turns();
    expect(ran).toEqual(['hangs']);
    expect((await scheduler.explain(ids[1]!)).reason).toBe('limit');
    await scheduler.cancel(ids[0]!);
    await turns();
    expect(ran).toEqual(['hangs', 'second']);
  });

  it('tells what was cancelled while it ran from what waited', async () => {
    const { scheduler, events } = await start();
    const seen: string[] = [];
    events.ofType('cancelled').subscribe(({ id, error }) => seen.push(`${id} ${error?.message}`));
    const running = await scheduler.scheduleNow(new NoteJob('hangs'));
    const waiting = await scheduler.schedule(new NoteJob(), '1h');
    await turns();
    await scheduler.cancel(waiting);
    expect(seen).toEqual([`${waiting} undefined`]);
    expect(await scheduler.cancel(running)).toBe(true);
    expect(seen).toHaveLength(1);
    await turns();
    expect(seen.slice(1)).toEqual([`${running} The entry was cancelled.`]);
    expect(await scheduler.get(running)).toMatchObject({ state: 'cancelled' });
  });

  it('cancels what was claimed before its worker stopped, with no worker to tell', async () => {
    const { scheduler, nest } = await start();
    const id = await scheduler.schedule(new NoteJob(), '1h');
    await nest.get(JobWorker).stop();
    expect(await scheduler.cancel(id)).toBe(true);
    expect((await scheduler.get(id))!.state).toBe('cancelled');
  });

  it('leaves the ticks of a class that it does not know to a process that does', async () => {
    const { scheduler } = await start();
    const planned = scheduler['core'].planner.planJob(new NoteJob(), {});
    const stored = { ...planned.stored, name: 'Elsewhere' };
    await scheduler['saveRecurring']({
      ...planned,
      id: 'a',
      schedule: { every: '1m' },
      declared: false,
      stored,
    });
    await turns();
    await pass(120_000);
    expect((await scheduler.list()).entries).toEqual([]);
  });

  it('tells of the entry of each tick', async () => {
    const { scheduler, events } = await start();
    const seen: string[] = [];
    events.all$.subscribe(({ type, name }) => seen.push(`${name} ${type}`));
    await scheduler.scheduleRecurring('a', new NoteJob(), { every: '1m' });
    await turns();
    expect(seen).toEqual([]);
    await pass(60_000);
    expect(seen).toEqual(['NoteJob scheduled', 'NoteJob started', 'NoteJob succeeded']);
  });

  it('goes on with all else when a recurring job cannot be ticked, and says which that is', async () => {
    const { scheduler } = await start();
    const log = recordLog();
    await scheduler.scheduleRecurring('broken', new NoteJob('broken'), { every: '1m' });
    await scheduler.scheduleRecurring('sound', new NoteJob('sound'), { every: '1m' });
    const { store } = scheduler as unknown as { store: { recurring(): { id: string; schedule: object }[] } };
    Object.assign(store.recurring().find(({ id }) => id === 'broken')!.schedule, { every: 'soon' });
    await turns();
    await pass(60_000);
    expect(ran).toEqual(['sound']);
    expect(log).toHaveLength(1);
    expect(log[0]).toMatch(
      /^error: The recurring job 'broken' cannot be ticked, and is left out: every: "soon" of a recurring/,
    );
    await pass(60_000);
    expect(ran).toEqual(['sound', 'sound']);
    expect(log).toHaveLength(1);
  });
});

describe("In the app's SchedulerRegistry, the in-process scheduler", () => {
  const startWithRegistry = async (options: EventFlowJobsModuleOptions = {}) => {
    const app = await start(options, [ScheduleModule.forRoot()]);
    return { ...app, registry: app.nest.get(SchedulerRegistry) };
  };

  it('shows its timer, and that alone: not those of timeouts', async () => {
    const { scheduler, registry } = await startWithRegistry();
    expect(registry.getTimeouts()).toEqual([]);
    await scheduler.scheduleNow(new NoteJob('hangs'), { timeout: '1h' });
    await turns();
    expect(registry.getTimeouts()).toEqual([]);
    await scheduler.schedule(new NoteJob(), '1h');
    await turns();
    expect(registry.getTimeouts()).toEqual(['eventflow-jobs']);
  });

  it('shows the recurring jobs that there are, declared ones from the start', async () => {
    const { scheduler, registry } = await startWithRegistry({ jobs: [NoteJob, HourlyJob] });
    const shown = () => [...registry.getCronJobs().keys()];
    expect(shown()).toEqual(['declared']);
    await scheduler.scheduleRecurring('called', new NoteJob(), { every: '1h' });
    expect(shown()).toEqual(['declared', 'called']);
    expect(await scheduler.removeRecurring('declared')).toBe(true);
    expect(shown()).toEqual(['called']);
    expect(await scheduler.removeRecurring('declared')).toBe(false);
    await scheduler['declareRecurring']([]);
    expect(shown()).toEqual(['called']);
  });

  it('shows what was scheduled before its worker started', async () => {
    const { scheduler, registry, nest } = await startWithRegistry({ worker: { autoStart: false } });
    await scheduler.scheduleRecurring('early', new NoteJob(), { every: '1h' });
    expect([...registry.getCronJobs().keys()]).toEqual([]);
    await nest.get(JobWorker).start();
    expect([...registry.getCronJobs().keys()]).toEqual(['early']);
  });
});
