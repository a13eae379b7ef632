import type fc from 'fast-check';
import type {
  Capability,
  CommandScheduler,
  EventFlowJobsModuleOptions,
  JobScheduler,
} from 'nestjs-eventflow-jobs';
import { type HostileApp, startHostileApp } from './app.js';
import type { Maker } from './arbitraries.js';
import { assertAlways } from './law.js';

export interface HostileSubject {
  readonly name: string;
  scheduler(): Promise<NonNullable<EventFlowJobsModuleOptions['scheduler']>>;
  /** How often each law is tried: with a server each time takes a while. @default 60 */
  readonly runs?: number;
  /** What becomes of texts in errors and notes: half characters, and where the store cannot hold it, NUL. */
  readonly kept?: (text: string) => string;
}

/** The public edge of one scheduler, at which everything is thrown. */
export class Edge {
  private started: HostileApp | undefined;
  readonly runs: number;
  readonly kept: (text: string) => string;

  constructor(private readonly subject: HostileSubject) {
    this.runs = subject.runs ?? 60;
    this.kept = subject.kept ?? ((text) => text);
  }

  async start(): Promise<void> {
    this.started = await startHostileApp(await this.subject.scheduler());
  }

  get app(): HostileApp {
    return this.started!;
  }

  get scheduler(): JobScheduler {
    return this.app.scheduler;
  }

  get commands(): CommandScheduler {
    return this.app.commands;
  }

  can(capability: Capability): boolean {
    return this.scheduler.capabilities.has(capability);
  }

  /** The law holds each time, and after it the worker still runs what comes. */
  always<T>(
    makers: fc.Arbitrary<Maker<T>>,
    law: (value: T) => Promise<void>,
    times = this.runs,
  ): Promise<void> {
    const andGoesOn = async (value: T): Promise<void> => {
      await law(value);
      await this.app.sentinel();
    };
    return assertAlways(makers, andGoesOn, times);
  }
}
