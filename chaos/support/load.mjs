import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './time.mjs';

const REMOVAL_MS = 10_000;

/**
 * Schedules bursts of single calls, which share commits, with short pauses: without end, or so many entries as the shape
 * says. An id is written down only after its promise has resolved: from then on the entry must not be lost.
 */
export class Load {
  /** Resolves when all has been scheduled, or when it was told to stop. */
  ended;
  #left;
  #stopped = false;

  /** @param jobs the classes to choose from. */
  constructor(scheduler, log, random, { shape, jobs }) {
    this.scheduler = scheduler;
    this.log = log;
    this.random = random;
    this.shape = shape;
    this.jobs = jobs;
    this.#left = shape.total ?? Infinity;
  }

  async start(TickJob) {
    const { every } = this.shape;
    // By each process: the same schedule again changes nothing.
    if (every) await this.scheduler.scheduleRecurring(TickJob.recurring, new TickJob(), { every });
    this.ended = this.#run();
  }

  /** Resolves when every call has its answer. */
  quiet() {
    this.#stopped = true;
    return this.ended;
  }

  /** And nothing recurs any more. */
  async stop() {
    await this.quiet();
    for (const { id } of await this.#patiently(() => this.scheduler.listRecurring()))
      await this.#patiently(() => this.scheduler.removeRecurring(id));
  }

  /** The server may have come back only just now, and the way to it not yet. */
  async #patiently(call) {
    for (const end = now() + REMOVAL_MS; ; await sleep(50)) {
      try {
        return await call();
      } catch (error) {
        if (error.name !== 'SchedulerUnavailableError' || now() > end) throw error;
      }
    }
  }

  async #run() {
    const { burst, pause } = this.shape;
    while (!this.#stopped && this.#left > 0) {
      const length = Math.min(this.#left, this.random.between(...burst));
      this.#left -= length;
      await Promise.all(Array.from({ length }, () => this.#scheduleOne()));
      await sleep(this.random.between(...pause));
    }
  }

  async #scheduleOne() {
    const { delay, work } = this.shape;
    const Job = this.random.pick(this.jobs);
    const job = new Job(this.random.between(...work), this.random.between(...work));
    const when = this.random.chance(0.5) ? 0 : this.random.between(...delay);
    const asked = now();
    const due = { due: asked + when, dueByClock: Date.now() + when };
    try {
      const entry =
        when === 0 ? await this.scheduler.scheduleNow(job) : await this.scheduler.schedule(job, when);
      this.log.write('acknowledged', { entry, ...due });
    } catch (error) {
      this.log.write('refused', { error: error.name, reason: error.message, took: now() - asked });
    }
  }
}
