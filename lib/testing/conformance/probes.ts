import type { JobContext } from '../../jobs/job-context.interface.js';

/** What a probe carries. */
export interface Probe {
  readonly name: string;
  readonly payload?: unknown;
}

/** One attempt at a probe. */
export interface ProbeRun {
  readonly name: string;
  /** On the scheduler's clock. */
  readonly at: number;
  readonly attempt: number;
  readonly probe: Probe;
  readonly context: JobContext;
}

type Behaviour = (run: ProbeRun) => Promise<void> | void;

/** What the probes of one app do, and what was seen of them. */
export class Probes {
  readonly runs: ProbeRun[] = [];
  now: () => number = Date.now;
  private readonly behaviours = new Map<string, Behaviour>();

  /** Probes of this name do this, after their run was written down. */
  on(name: string, behaviour: Behaviour): void {
    this.behaviours.set(name, behaviour);
  }

  of(name: string): ProbeRun[] {
    return this.runs.filter((run) => run.name === name);
  }

  get names(): string[] {
    return this.runs.map(({ name }) => name);
  }

  async run(probe: Probe, context: JobContext): Promise<void> {
    const { name } = probe;
    const run = { name, at: this.now(), attempt: context.attempt, probe, context };
    this.runs.push(run);
    await this.behaviours.get(name)?.(run);
  }
}
