import { afterEach, describe, expect, it, vi } from 'vitest';
import { ScheduleRegistryView } from '../../lib/schedulers/local/schedule-registry.view.js';
import type { StoredRecurring } from '../../lib/scheduling/recurring.js';

const NOW = Date.parse('2027-01-01T00:00:00Z');

class Registry {
  readonly crons = new Map<string, any>();
  readonly timeouts = new Map<string, unknown>();
  doesExist(type: 'cron' | 'timeout', name: string) {
    return { cron: this.crons, timeout: this.timeouts }[type].has(name);
  }
  addTimeout(name: string, timer: unknown) {
    if (this.timeouts.has(name)) throw new Error(`${name} is there already`);
    this.timeouts.set(name, timer);
  }
  deleteTimeout(name: string) {
    if (!this.timeouts.delete(name)) throw new Error(`there is no ${name}`);
  }
  addCronJob(name: string, job: unknown) {
    if (this.crons.has(name)) throw new Error(`${name} is there already`);
    this.crons.set(name, job);
  }
  getCronJobs() {
    return this.crons;
  }
}
const viewIn = (...providers: { name: string; instance: unknown }[]) => {
  const modules = new Map([['a', { providers: new Map(providers.map((one, i) => [i, one])) }]]);
  const view = new ScheduleRegistryView();
  view.connect({ get: () => modules } as never);
  return view;
};
const recurring = (id: string, schedule: StoredRecurring['schedule'] = { every: '1h' }) =>
  ({ id, schedule, anchor: NOW }) as StoredRecurring;

describe("The app's SchedulerRegistry", () => {
  const start = () => {
    const registry = new Registry();
    const others = { name: 'SchedulerRegistry', instance: { addCronJob: 'no function' } };
    return {
      registry,
      view: viewIn({ name: 'Other', instance: new Registry() }, others, {
        name: 'SchedulerRegistry',
        instance: registry,
      }),
    };
  };

  it('shows the timer that runs now, and only that', () => {
    const { view, registry } = start();
    view.showTimer('first' as never);
    expect([...registry.timeouts]).toEqual([['eventflow-jobs', 'first']]);
    view.showTimer('second' as never);
    expect([...registry.timeouts]).toEqual([['eventflow-jobs', 'second']]);
  });

  describe('and recurring jobs', () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    it('shows what recurs now, with its next time, and no more what does not', () => {
      vi.useFakeTimers({ now: NOW + 5, toFake: ['Date'] });
      const { view, registry } = start();
      view.showRecurring([recurring('a'), recurring('b', { every: '2h' })]);
      expect([...registry.crons.keys()]).toEqual(['a', 'b']);
      const next = registry.crons.get('b').nextDate();
      expect(next.toMillis()).toBe(NOW + 7_200_000);
      expect(next.toJSDate()).toEqual(new Date(NOW + 7_200_000));
      expect(next.toISO()).toBe('2027-01-01T02:00:00.000Z');
      expect(registry.crons.get('a').isActive).toBe(true);
      expect(() => registry.crons.get('a').stop()).not.toThrow();

      view.showRecurring([recurring('b')]);
      expect([...registry.crons.keys()]).toEqual(['b']);
      expect(registry.crons.get('b').nextDate().toMillis()).toBe(NOW + 3_600_000);
      view.showRecurring([]);
      expect(registry.crons.size).toBe(0);
    });

    it('tells of no next time where there is none', () => {
      vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
      const { view, registry } = start();
      view.showRecurring([recurring('never', { every: 8.64e15 })]);
      expect(registry.crons.get('never').nextDate()).toBeNull();
    });

    it("leaves a cron of the app's own as it is, even when ours of that name goes", () => {
      const { view, registry } = start();
      registry.crons.set('mine', 'own');
      view.showRecurring([recurring('mine'), recurring('ours')]);
      expect(registry.crons.get('mine')).toBe('own');
      expect([...registry.crons.keys()]).toEqual(['mine', 'ours']);
      view.showRecurring([]);
      expect([...registry.crons]).toEqual([['mine', 'own']]);
    });
  });

  it('leaves alone a cron that the app adds under a name that was ours', () => {
    const { view, registry } = start();
    view.showRecurring([recurring('a')]);
    view.showRecurring([]);
    registry.crons.set('a', 'own');
    view.showRecurring([]);
    expect([...registry.crons]).toEqual([['a', 'own']]);
  });

  it('may be missing', () => {
    for (const view of [
      new ScheduleRegistryView(),
      viewIn(),
      viewIn({ name: 'SchedulerRegistry', instance: undefined }),
    ]) {
      expect(() => view.showTimer('timer' as never)).not.toThrow();
      expect(() => view.showRecurring([recurring('a')])).not.toThrow();
    }
  });
});
