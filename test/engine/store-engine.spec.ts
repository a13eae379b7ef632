import { type Job, SchedulerUnavailableError } from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../lib/schedulers/local/memory.store.js';
import { startApp } from '../support/app.js';
import { recordLog } from '../support/log.js';
import { until } from '../support/until.js';

let ran = 0;
class NoteJob implements Job {
  execute() {
    ran += 1;
  }
}

/** An app whose store does something else when a recurring job ticks. */
const startWith = async (tick: (store: MemoryStore, ...of: Parameters<MemoryStore['tick']>) => boolean) => {
  class OddStore extends MemoryStore {
    override tick(...of: Parameters<MemoryStore['tick']>): boolean {
      return tick(this, ...of);
    }
  }
  class OddScheduler extends TestJobScheduler {
    protected override readonly store = new OddStore();
  }
  ran = 0;
  const app = await startApp({ scheduler: OddScheduler, jobs: [NoteJob] });
  return { ...app, scheduler: app.scheduler as TestJobScheduler };
};
const tickOf = (store: MemoryStore, ...of: Parameters<MemoryStore['tick']>) =>
  MemoryStore.prototype.tick.apply(store, of);

describe('A tick', () => {
  it('that meets a store out of reach comes once that is back, and the recurring job goes on', async () => {
    let away = true;
    const { scheduler } = await startWith((store, ...of) => {
      if (away) throw new SchedulerUnavailableError('away');
      return tickOf(store, ...of);
    });
    const log = recordLog();
    await scheduler.scheduleRecurring('hourly', new NoteJob(), { every: '1h' });
    const began = scheduler.now.getTime();
    const advanced = scheduler.advanceBy('1h');
    await until(() => log.length > 0, 'the store to be missed');
    expect(log.join()).not.toContain('cannot be ticked');
    expect(ran).toBe(0);
    away = false;
    await advanced;
    await until(async () => {
      await scheduler.runDue();
      return ran === 1;
    });
    expect(await scheduler.listRecurring()).toMatchObject([
      { nextRunAt: new Date(began + 2 * 3_600_000), lastRunAt: new Date(began + 3_600_000) },
    ]);
  });

  it('that another process has inserted is not told here', async () => {
    const { scheduler, events } = await startWith((store, before, after) => {
      tickOf(store, before, after, undefined);
      return false;
    });
    await scheduler.scheduleRecurring('hourly', new NoteJob(), { every: '1h' });
    const seen: unknown[] = [];
    events.all$.subscribe((event) => seen.push(event));
    await scheduler.advanceBy('1h');
    expect(seen).toEqual([]);
  });

  it('that is missed and to be skipped is told to nobody', async () => {
    const { scheduler, events } = await startWith(tickOf);
    await scheduler.scheduleRecurring('hourly', new NoteJob(), { every: '1h', missed: 'skip' });
    const seen: unknown[] = [];
    events.all$.subscribe(({ type }) => seen.push(type));
    scheduler['clock'].moveTo(scheduler.now.getTime() + 90 * 60_000);
    await scheduler.runDue();
    expect(seen).toEqual([]);
    expect(ran).toBe(0);
    await scheduler.advanceBy('30m');
    expect(seen).toEqual(['scheduled', 'started', 'succeeded']);
  });
});

describe('An entry that another process runs', () => {
  it('is told to stop by a process without a worker', async () => {
    ran = 0;
    const { scheduler, events } = await startApp({
      scheduler: TestJobScheduler,
      jobs: [NoteJob],
      worker: false,
    });
    const seen: unknown[] = [];
    const id = await scheduler.scheduleNow(new NoteJob());
    events.all$.subscribe(({ type }) => seen.push(type));
    const store = (scheduler as TestJobScheduler)['store'];
    const all = { shared: 1, own: new Map(), most: new Map() };
    const now = (scheduler as TestJobScheduler).now.getTime();
    const [claimed] = store.exchange([], all, () => true, now).claimed;
    expect(claimed).toMatchObject({ id, state: 'running' });
    expect(await scheduler.cancel(id)).toBe(true);
    expect(seen).toEqual([]); // whoever runs it tells of its end
    const result = { entry: claimed!, outcome: { type: 'released' }, durationMs: 0 } as const;
    store.exchange([{ claim: claimed!.claim, result }], all, () => true, now);
    expect((await scheduler.get(id))!.state).toBe('cancelled');
  });
});
