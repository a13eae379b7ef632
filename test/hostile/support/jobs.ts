import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Job, type JobContext, JobVersion } from 'nestjs-eventflow-jobs';

export interface Seen {
  readonly value: unknown;
  readonly metadata: unknown;
  readonly key: string | undefined;
  readonly queue: string;
}

/** What each entry had when it ran, by its id. */
export const seen = new Map<string, Seen>();
/** What each entry is to do, by its key. */
export const deeds = new Map<string, (context: JobContext) => unknown>();
export const arrived = new Set<number>();

@JobVersion('Hostile', 1)
export class HostileJob implements Job {
  constructor(readonly value?: unknown) {}

  execute({ id, metadata, key, queue }: JobContext): void {
    seen.set(id, { value: this.value, metadata, key, queue });
  }
}

export class HostileCommand {
  constructor(readonly value: unknown) {}
}

@CommandHandler(HostileCommand)
export class HostileHandler implements ICommandHandler<HostileCommand> {
  async execute({ value }: HostileCommand): Promise<void> {
    seen.set('command', { value, metadata: {}, key: undefined, queue: '' });
  }
}

@JobVersion('Deed', 1)
export class DeedJob implements Job {
  constructor(readonly deed: string) {}

  async execute(context: JobContext): Promise<void> {
    await deeds.get(this.deed)!(context);
  }
}

/** Scheduled behind what is hostile: that it runs shows that the worker goes on. */
@JobVersion('Sentinel', 1)
export class SentinelJob implements Job {
  constructor(readonly number: number) {}

  execute(): void {
    arrived.add(this.number);
  }
}

/** Of which no app knows. */
export class UnregisteredJob implements Job {
  constructor(readonly value?: unknown) {}
  execute(): void {
    throw new Error('picked, though it was never registered');
  }
}

type Verdict = { value: unknown } | { issues: { message: string }[] };
/** Those that a worker has taken, and that wait for the verdict of their schema. */
export const judged: ((verdict: Verdict) => void)[] = [];
const accepted = new Set<unknown>();

export function forgetJudged(): void {
  judged.length = 0;
  accepted.clear();
}

const schema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    /** Accepts it when it is scheduled, and takes its time when it is run. */
    validate(value: { number: unknown }): Verdict | Promise<Verdict> {
      if (accepted.has(value.number)) return new Promise((resolve) => judged.push(resolve));
      accepted.add(value.number);
      return { value };
    },
  },
};

@JobVersion('Judged', 1, { schema })
export class JudgedJob implements Job {
  constructor(readonly number: number) {}

  execute(): void {}
}
