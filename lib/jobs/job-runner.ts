import type { ModuleRef } from '@nestjs/core';
import { toMilliseconds } from '../scheduling/duration.js';
import { AttemptContext } from './attempt-context.js';
import type { Attempt } from './attempt.js';
import type { Clock } from './clock.js';
import type { JobInterceptors } from './job-interceptors.js';
import type { JobMapper, RevivedJob } from './job-mapper.js';
import { declaredPolicy } from './job-policy.decorator.js';
import { type JobPolicyOptions, retryDelay } from './job-policy.js';
import type { JobReporter } from './job-reporter.js';
import {
  DiscardJobError,
  JobCancelledError,
  JobTimeoutError,
  SnoozeJobError,
  WorkerStoppedError,
} from './jobs.errors.js';
import { LineLogger } from './line.logger.js';
import type { AttemptResult, Outcome } from './outcome.js';
import { messageOf, toError, toStoredError } from './thrown.js';
import { withEarlierFailures } from '../scheduling/stored-failures.js';
import { UnrunnableJobError } from './unrunnable-job.error.js';

/** Turns an entry back into a job, executes it, and says what came of it. It never throws. */
export class JobRunner {
  private readonly logger = new LineLogger(JobRunner.name);

  constructor(
    private readonly mapper: JobMapper,
    private readonly interceptors: JobInterceptors,
    private readonly reporter: JobReporter,
    private readonly moduleRef: ModuleRef,
  ) {}

  async run(attempt: Attempt, clock: Clock): Promise<AttemptResult> {
    const began = clock.now();
    const { outcome, error } = await this.attempt(attempt, clock);
    return {
      entry: attempt.entry,
      outcome,
      ...(error && { error }),
      durationMs: Math.max(0, clock.now() - began),
    };
  }

  /** Ends when the job does, or when the attempt is aborted: whichever comes first. */
  private attempt(attempt: Attempt, clock: Clock): Promise<Ending> {
    const type = this.mapper.policyTypeOf(attempt.entry);
    const policy: JobPolicyOptions = { ...(type && declaredPolicy(type)), ...attempt.entry.policy };
    const ending = new Promise<Ending>((resolve) => {
      attempt.onAbort((reason) => resolve(this.endingOf(reason, attempt, policy, clock)));
      // Aborted before it began: nothing of it is to run.
      if (!attempt.abortedBy) void this.reviveAndExecute(attempt, policy, clock).then(resolve);
    });
    // Of an entry that was edited by hand it may be nonsense: then there is none.
    const { timeout } = policy;
    const limit =
      timeout === undefined ? undefined : this.millisecondsOr(undefined, () => toMilliseconds(timeout));
    return limit === undefined ? ending : ending.finally(this.armTimeout(attempt, limit, clock));
  }

  private async reviveAndExecute(attempt: Attempt, policy: JobPolicyOptions, clock: Clock): Promise<Ending> {
    let revived: RevivedJob;
    try {
      const made = this.mapper.fromStored(attempt.entry);
      revived = made instanceof Promise ? await made : made;
    } catch (thrown) {
      const error = toError(thrown);
      const reason = error instanceof UnrunnableJobError ? error.reason : 'refused';
      return { outcome: { type: 'parked', reason, text: messageOf(error) }, error };
    }
    // Aborted meanwhile: nothing of it is to run.
    if (attempt.abortedBy) return this.endingOf(attempt.abortedBy, attempt, policy, clock);
    if (attempt.mayBegin?.() === false) return { outcome: { type: 'released' } };
    this.reporter.started(attempt.entry, clock.now());
    try {
      const context = new AttemptContext(attempt, revived, this.mapper, this.moduleRef);
      await this.interceptors.execute(context, revived.job);
      // What goes on in the code of an aborted attempt must not be committed.
      if (!attempt.abortedBy) await attempt.commit?.();
      return { outcome: { type: 'succeeded' } };
    } catch (thrown) {
      return this.endingOf(toError(thrown), attempt, policy, clock);
    }
  }

  /** Of the whole attempt, upgraders and schema included. */
  private armTimeout(attempt: Attempt, timeout: number, clock: Clock): () => void {
    attempt.hasTimeout = true;
    const { id, name, command } = attempt.entry;
    return clock.at(clock.now() + timeout, () =>
      attempt.abort(
        new JobTimeoutError(
          `${command?.name ?? name} (${id}) ran for longer than its timeout of ${timeout} ms: let it end when ` +
            '`context.signal` aborts, or raise `timeout` in its @JobPolicy.',
        ),
      ),
    );
  }

  private endingOf(error: Error, attempt: Attempt, policy: JobPolicyOptions, clock: Clock): Ending {
    return { outcome: this.outcomeOf(error, attempt, policy, clock), error };
  }

  private outcomeOf(error: Error, attempt: Attempt, { backoff }: JobPolicyOptions, clock: Clock): Outcome {
    const { entry, abortedBy } = attempt;
    // Only the worker's own word counts: a job that throws such an error has failed like any other.
    if (error === abortedBy && error instanceof JobCancelledError) return { type: 'cancelled' };
    if (error === abortedBy && error instanceof WorkerStoppedError) return { type: 'released' };
    const stored = withEarlierFailures(toStoredError(error), entry, clock.now());
    if (error instanceof SnoozeJobError) {
      const delay = this.millisecondsOr(undefined, () => toMilliseconds(error.delay));
      if (delay !== undefined) return { type: 'snoozed', runAt: timeAfter(clock.now(), delay) };
    }
    if (error instanceof DiscardJobError || entry.attempt >= entry.attempts)
      return { type: 'failed', error: stored };
    const delay =
      this.millisecondsOr(undefined, () => retryDelay(backoff, entry.attempt, error)) ??
      retryDelay(undefined, entry.attempt, error);
    return { type: 'retrying', runAt: timeAfter(clock.now(), delay), error: stored };
  }

  /** A backoff function or a snooze that makes no sense must not cost the entry. */
  private millisecondsOr<T>(instead: T, read: () => number): number | T {
    try {
      return read();
    } catch (thrown) {
      this.logger.error(
        `A backoff, a snooze or a timeout could not be read, the default holds: ${messageOf(thrown)}`,
      );
      return instead;
    }
  }
}

/** The last moment that a `Date` can hold. */
const LAST_INSTANT = 8.64e15;

function timeAfter(now: number, delay: number): number {
  return Math.min(LAST_INSTANT, now + (delay > 0 ? delay : 0));
}

interface Ending {
  readonly outcome: Outcome;
  readonly error?: Error;
}
