import { Injectable, Logger } from '@nestjs/common';
import { CommandHandler } from '@nestjs/cqrs';
import {
  type Job,
  type JobContext,
  JobNotRegisteredError,
  JobSerializationError,
  JobVersion,
  UnsupportedOperationError,
} from 'nestjs-eventflow-jobs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorOf, startApp } from '../support/app.js';

@Injectable()
class Seen {
  readonly jobs: unknown[] = [];
}

@JobVersion('Record', 1)
class RecordJob implements Job {
  constructor(readonly data: unknown) {}
  async execute(context: JobContext) {
    await new Promise((resolve) => setImmediate(resolve));
    context.get(Seen).jobs.push(this);
  }
}

class FailJob implements Job {
  execute(): void {
    throw new Error('out of paper');
  }
}

class PrintCommand {
  constructor(readonly when: Date) {}
}

@CommandHandler(PrintCommand)
class PrintHandler {
  constructor(private readonly seen: Seen) {}
  async execute(command: PrintCommand) {
    this.seen.jobs.push(command);
  }
}

const warnings: string[] = [];
const errors: string[] = [];
beforeEach(() => {
  warnings.length = errors.length = 0;
  vi.spyOn(Logger.prototype, 'warn').mockImplementation((text: unknown) => void warnings.push(String(text)));
  vi.spyOn(Logger.prototype, 'error').mockImplementation((text: unknown) => void errors.push(String(text)));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('the instant scheduler, which is the default', () => {
  const start = () => startApp({ jobs: [RecordJob, FailJob] }, { providers: [Seen, PrintHandler] });

  it('runs the job in the caller, before the promise resolves', async () => {
    const { nest, scheduler } = await start();
    const id = await scheduler.scheduleNow(new RecordJob(1));
    expect(nest.get(Seen).jobs).toEqual([new RecordJob(1)]);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('runs a copy, made as any store would make it', async () => {
    const { nest, scheduler } = await start();
    const job = new RecordJob({ at: new Date(5), tags: new Set(['a']) });
    await scheduler.scheduleNow(job);
    const [copy] = nest.get(Seen).jobs;
    expect(copy).toEqual(job);
    expect(copy).toBeInstanceOf(RecordJob);
    expect(copy).not.toBe(job);
    expect((copy as RecordJob).data).not.toBe(job.data);
  });

  it('ignores a time with a warning that names the mend', async () => {
    const { nest, scheduler } = await start();
    await scheduler.schedule(new RecordJob(1), '90 days');
    expect(nest.get(Seen).jobs).toHaveLength(1);
    expect(warnings).toEqual([
      expect.stringMatching(/Record was scheduled for .* but runs now.*inProcessScheduler/),
    ]);
  });

  it('does not warn where the time is now', async () => {
    const { scheduler } = await start();
    await scheduler.scheduleNow(new RecordJob(1));
    await scheduler.schedule(new RecordJob(1), new Date(0));
    expect(warnings).toEqual([]);
  });

  it('logs what the job throws, and does not throw it; there is one attempt', async () => {
    const { scheduler, events } = await start();
    const seen: string[] = [];
    events.all$.subscribe(({ type, attempt }) => seen.push(`${type} ${attempt}`));
    await scheduler.scheduleNow(new FailJob());
    expect(errors).toEqual([expect.stringContaining('out of paper')]);
    expect(seen).toEqual(['scheduled 0', 'started 1', 'failed 1']);
  });

  it('throws errors of definition and serialization to the caller', async () => {
    const { scheduler } = await start();
    class Stranger implements Job {
      execute() {}
    }
    expect(await errorOf(() => scheduler.scheduleNow(new Stranger()))).toBeInstanceOf(JobNotRegisteredError);
    expect(await errorOf(() => scheduler.scheduleNow(new RecordJob(() => 1)))).toBeInstanceOf(
      JobSerializationError,
    );
  });

  it('gives commands to the bus, and takes keys, since nothing is ever pending', async () => {
    const { nest, commands } = await start();
    await commands.scheduleNow(new PrintCommand(new Date(7)), { key: 'print' });
    await commands.scheduleNow(new PrintCommand(new Date(8)), { key: 'print' });
    expect(nest.get(Seen).jobs).toEqual([new PrintCommand(new Date(7)), new PrintCommand(new Date(8))]);
  });

  it.each([
    ['cancel()', 'cancel'],
    ['reschedule()', 'reschedule'],
    ['get()', 'query'],
    ['pause()', 'pause'],
    ['recurring', 'recurring'],
  ])('refuses %s, and names a scheduler that can', async (_, capability) => {
    const { scheduler } = await start();
    const calls: Record<string, () => Promise<unknown>> = {
      cancel: () => scheduler.cancel('x'),
      reschedule: () => scheduler.reschedule('x', 1),
      query: () => scheduler.get('x'),
      pause: () => scheduler.pause(),
      recurring: () => scheduler.scheduleRecurring('x', new RecordJob(1), { every: '1h' }),
    };
    const error = await errorOf(calls[capability]!);
    expect(error).toBeInstanceOf(UnsupportedOperationError);
    expect(error.message).toMatch(/InstantScheduler does not offer .*inProcessScheduler\(\)/);
  });

  it("refuses the caller's transaction, since it would run before the commit", async () => {
    const { scheduler } = await start();
    const error = await errorOf(() => scheduler.scheduleNow(new RecordJob(1), { transaction: {} }));
    expect(error).toBeInstanceOf(UnsupportedOperationError);
    expect(error.message).toContain("capability 'transaction'");
  });

  it('stores none of many when one is refused', async () => {
    const { nest, scheduler } = await start();
    await errorOf(() =>
      scheduler.scheduleMany([{ job: new RecordJob(1) }, { job: new RecordJob(Symbol('x')) }]),
    );
    expect(nest.get(Seen).jobs).toEqual([]);
    await scheduler.scheduleMany([{ job: new RecordJob(1) }, { job: new RecordJob(2) }]);
    expect(nest.get(Seen).jobs).toEqual([new RecordJob(1), new RecordJob(2)]);
  });
});
