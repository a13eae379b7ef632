import { type ModuleRef, ModulesContainer } from '@nestjs/core';
import { nextTick } from '../../scheduling/recurring-schedule.js';
import type { StoredRecurring } from '../../scheduling/recurring.js';

const TIMER = 'eventflow-jobs';

/** The part of `SchedulerRegistry` of @nestjs/schedule that we use; the package itself is not needed. */
interface ScheduleRegistry {
  doesExist(type: 'cron' | 'timeout', name: string): boolean;
  addTimeout(name: string, timer: unknown): void;
  deleteTimeout(name: string): void;
  addCronJob(name: string, job: unknown): void;
  getCronJobs(): Map<string, unknown>;
}

/**
 * Shows the timer and the recurring jobs in the app's `SchedulerRegistry`, if it has one. It only shows: the module
 * of @nestjs/schedule is not imported a second time, since each import would fire the app's own crons once more.
 */
export class ScheduleRegistryView {
  private registry: ScheduleRegistry | undefined;
  private readonly shown = new Set<string>();

  /** To be called when the app is up: only then is the registry sure to be there. */
  connect(moduleRef: ModuleRef): void {
    const wrapper = [...moduleRef.get(ModulesContainer, { strict: false }).values()]
      .flatMap((module) => [...module.providers.values()])
      .find(
        ({ name, instance }) =>
          name === 'SchedulerRegistry' &&
          typeof (instance as Partial<ScheduleRegistry>)?.addCronJob === 'function',
      );
    this.registry = wrapper?.instance as ScheduleRegistry | undefined;
  }

  /** The timer that was shown before has fired, or was cancelled: to delete it clears nothing that is in use. */
  showTimer(timer: NodeJS.Timeout): void {
    if (this.registry?.doesExist('timeout', TIMER)) this.registry.deleteTimeout(TIMER);
    this.registry?.addTimeout(TIMER, timer);
  }

  /** Brings the registry up to what is recurring now. */
  showRecurring(recurring: readonly StoredRecurring[]): void {
    const { registry } = this;
    if (!registry) return;
    const now = new Map(recurring.map((one) => [one.id, one]));
    for (const id of this.shown) {
      registry.getCronJobs().delete(id);
      this.shown.delete(id);
    }
    for (const [id, one] of now) {
      if (registry.doesExist('cron', id)) continue; // a cron of the app's own has that name
      registry.addCronJob(id, new RecurringView(one));
      this.shown.add(id);
    }
  }
}

/** What a reader of `getCronJobs()` asks a `CronJob` of the cron package for. */
class RecurringView {
  readonly isActive = true;

  constructor(private readonly recurring: StoredRecurring) {}

  nextDate(): { toJSDate(): Date; toMillis(): number; toISO(): string } | null {
    const { schedule, anchor } = this.recurring;
    const at = nextTick(schedule, Date.now(), anchor);
    if (at === undefined) return null;
    return { toJSDate: () => new Date(at), toMillis: () => at, toISO: () => new Date(at).toISOString() };
  }

  /** The registry stops its jobs when the app shuts down; ours stop with their worker. */
  stop(): void {}
}
