import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './time.mjs';
import { TickJob, WitnessedJob } from './witnessed.job.mjs';

const RECURRING = 'tick';
const REMOVAL_MS = 10_000;

/**
 * Schedules without end: bursts of single calls, which share commits, with short pauses. An id is written down only
 * after its promise has resolved: from then on the entry must not be lost.
 */
export class Load {
  #running;
  #stopped = false;

  constructor(scheduler, log, random, shape) {
    this.scheduler = scheduler;
    this.log = log;
    this.random = random;
    this.shape = shape;
  }

  async start() {
    const { every } = this.shape;
    // By each process: the same schedule again changes nothing.
    if (every) await this.scheduler.scheduleRecurring(RECURRING, new TickJob(), { every });
    this.#running = this.#run();
  }

  /** Resolves when every call has its answer. */
  async stop() {
    this.#stopped = true;
    await this.#running;
    if (this.shape.every) await this.#removeRecurring();
  }

  /** The server may have come back only just now, and the way to it not yet. */
  async #removeRecurring() {
    for (const end = now() + REMOVAL_MS; ; await sleep(50)) {
      try {
        return void (await this.scheduler.removeRecurring(RECURRING));
      } catch (error) {
        if (error.name !== 'SchedulerUnavailableError' || now() > end) throw error;
      }
    }
  }

  async #run() {
    const { burst, pause } = this.shape;
    while (!this.#stopped) {
      const calls = Array.from({ length: this.random.between(...burst) }, () => this.#scheduleOne());
      await Promise.all(calls);
      await sleep(this.random.between(...pause));
    }
  }

  async #scheduleOne() {
    const { delay, work } = this.shape;
    const job = new WitnessedJob(this.random.between(...work), this.random.between(...work));
    const when = this.random.chance(0.5) ? 0 : this.random.between(...delay);
    const asked = now();
    try {
      const entry =
        when === 0 ? await this.scheduler.scheduleNow(job) : await this.scheduler.schedule(job, when);
      this.log.write('acknowledged', { entry });
    } catch (error) {
      this.log.write('refused', { error: error.name, reason: error.message, took: now() - asked });
    }
  }
}
