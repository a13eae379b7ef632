import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { CommandScheduler } from '../../commands/command.scheduler.js';
import { EventFlowJobsModule } from '../../eventflow-jobs.module.js';
import type { EventFlowJobsModuleOptions } from '../../eventflow-jobs.options.js';
import { type JobEvent, JobEvents } from '../../jobs/job-event.js';
import { JobScheduler } from '../../scheduling/job-scheduler.js';
import { JobWorker } from '../../worker/job-worker.js';
import { fail } from './expect.js';
import { Probes } from './probes.js';
import { PROBE_CLASSES, ProbeHandler, ProbeValue } from './probe.job.js';
import type { ConformanceStore } from './subject.js';

/** How long a case waits for what must happen, in ms. */
const PATIENCE = 10_000;

/** A scheduler on a virtual clock, told by what it can do: time passes when the case says so. */
interface VirtualTime {
  readonly now: Date;
  advanceBy(milliseconds: number): Promise<void>;
}

/** An app around the scheduler, with jobs that write down what happens to them. */
export class Lab {
  readonly scheduler: JobScheduler;
  readonly commands: CommandScheduler;
  readonly worker: JobWorker;
  readonly events: JobEvent[] = [];

  private constructor(
    private readonly app: INestApplicationContext,
    readonly probes: Probes,
  ) {
    this.scheduler = app.get(JobScheduler);
    this.commands = app.get(CommandScheduler);
    this.worker = app.get(JobWorker);
    app.get(JobEvents).all$.subscribe((event) => this.events.push(event));
  }

  static async open(store: ConformanceStore, options: EventFlowJobsModuleOptions = {}): Promise<Lab> {
    const probes = new Probes();
    class LabModule {}
    const imports = [
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot({
        jobs: [...PROBE_CLASSES],
        values: [ProbeValue],
        shutdownTimeout: 0,
        ...options,
        scheduler: store.scheduler(),
      }),
    ];
    const providers = [ProbeHandler, { provide: Probes, useValue: probes }];
    const app = await NestFactory.createApplicationContext(
      { module: LabModule, imports, providers },
      { logger: false, abortOnError: false },
    );
    const lab = new Lab(app, probes);
    probes.now = () => lab.now;
    return lab;
  }

  /** What the scheduler's clock shows, in ms since 1970. */
  get now(): number {
    return this.virtual?.now.getTime() ?? Date.now();
  }

  /** Lets time pass, and what is due run. */
  async elapse(milliseconds: number): Promise<void> {
    if (this.virtual) return this.virtual.advanceBy(milliseconds);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  /** Lets time pass until the condition holds, but not for long. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    const virtualEnd = this.now + PATIENCE;
    while (!(await condition())) {
      if (performance.now() > end || this.now > virtualEnd) fail(`waited in vain for ${what}`);
      await this.elapse(5);
    }
  }

  /** Gives what must not happen the time in which it would, also while no worker is there to move a virtual clock. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.virtual) return this.elapse(milliseconds);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  }

  close(): Promise<void> {
    return this.app.close();
  }

  private get virtual(): VirtualTime | undefined {
    const { scheduler } = this as { scheduler: Partial<VirtualTime> };
    return typeof scheduler.advanceBy === 'function' ? (scheduler as VirtualTime) : undefined;
  }
}
