import { SystemClock } from '../../jobs/clock.js';
import { LineLogger } from '../../jobs/line.logger.js';
import type { Capability } from '../../scheduling/capability.js';
import type { SchedulerFactory } from '../../scheduling/scheduler-factory.js';
import type { NewRecurring } from '../../scheduling/recurring.js';
import type { WorkerOptions } from '../../scheduling/worker-options.js';
import { NEXT_ENTRY } from '../../worker/worker-pump.js';
import { STORE_CAPABILITIES, StoreScheduler } from '../../engine/store.scheduler.js';
import { MemoryStore } from './memory.store.js';
import { ScheduleRegistryView } from './schedule-registry.view.js';

/** Entries in memory, run in this process at their time. */
class InProcessScheduler extends StoreScheduler {
  readonly capabilities: ReadonlySet<Capability> = new Set(STORE_CAPABILITIES);
  private readonly logger = new LineLogger('InProcessScheduler');
  private readonly registry = new ScheduleRegistryView();

  protected readonly store = new MemoryStore();
  protected readonly clock = new SystemClock((timer, label) => {
    if (label === NEXT_ENTRY) this.registry.showTimer(timer);
  });

  protected override async open(): Promise<void> {
    await super.open();
    this.logger.log('Entries are kept in the memory of this process: they are gone when it ends.');
  }

  protected override async startWork(options: WorkerOptions): Promise<void> {
    this.registry.connect(this.core.moduleRef);
    await super.startWork(options);
    await this.showRecurring();
  }

  protected override async saveRecurring(recurring: NewRecurring): Promise<void> {
    await super.saveRecurring(recurring);
    await this.showRecurring();
  }

  protected override async declareRecurring(declared: readonly NewRecurring[]): Promise<void> {
    await super.declareRecurring(declared);
    await this.showRecurring();
  }

  protected override async deleteRecurring(id: string): Promise<boolean> {
    const deleted = await super.deleteRecurring(id);
    await this.showRecurring();
    return deleted;
  }

  private async showRecurring(): Promise<void> {
    this.registry.showRecurring(await this.findRecurring());
  }

  protected override async close(): Promise<void> {
    const lost = this.store.unfinished();
    const recurring = this.store.recurring().length;
    if (lost + recurring > 0) {
      this.logger.warn(
        `Lost with this process: entries that had not ended: ${lost}; recurring jobs: ${recurring}.`,
      );
    }
    await super.close();
  }
}

/**
 * Runs entries in this process, at their time. Nothing is stored: what has not run when the process ends is lost, and
 * the log says how much that was.
 *
 * @publicApi
 */
export function inProcessScheduler(): SchedulerFactory {
  return { kind: 'in-process', create: () => new InProcessScheduler() };
}
