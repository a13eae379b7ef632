import { Injectable } from '@nestjs/common';
import { messageOf } from '../jobs/thrown.js';
import { type Duration, toMilliseconds } from '../scheduling/duration.js';
import type { WorkerEntry } from '../scheduling/job-entry.js';
import { JobScheduler } from '../scheduling/job-scheduler.js';

/** An entry waits for a slot longer than this, and nobody notices: that is what the check is for. */
const DEFAULT_OVERDUE: Duration = '5m';

/**
 * What `JobsHealthIndicator.check()` asks for.
 *
 * @publicApi
 */
export interface JobsHealthOptions {
  /**
   * How long an entry may be due and not begun; `false`: however long.
   * @default '5m'
   */
  overdue?: Duration | false;
  /**
   * Whether a worker must live: `anywhere` on this store, `here` in this process, or `false`, none.
   * @default 'anywhere'
   */
  worker?: 'anywhere' | 'here' | false;
}

/**
 * As `@nestjs/terminus` has it.
 *
 * @publicApi
 */
export type JobsHealthResult = Record<
  string,
  {
    readonly status: 'up' | 'down';
    /** Why it is down. */
    readonly message?: string;
    readonly workers?: number;
    /** Since when the entry is due that has waited longest; ISO 8601. */
    readonly oldestDue?: string;
  }
>;

/**
 * Whether the scheduler does its work: its store is reached, a worker lives, and nothing is overdue for long. For
 * `HealthCheckService.check()` of `@nestjs/terminus`, or an endpoint of your own.
 *
 * @example
 * ```ts
 * health.check([() => jobs.check('jobs', { overdue: '2m' })]);
 * ```
 * @publicApi
 */
@Injectable()
export class JobsHealthIndicator {
  constructor(private readonly scheduler: JobScheduler) {}

  /**
   * It does not throw: what is wrong is told as `down`, with a message. A scheduler that keeps nothing, as the instant
   * one, is up.
   *
   * @param key what it is called in the result.
   */
  async check(key = 'jobs', options: JobsHealthOptions = {}): Promise<JobsHealthResult> {
    const { overdue = DEFAULT_OVERDUE, worker = 'anywhere' } = options;
    if (!this.scheduler.capabilities.has('query')) return { [key]: { status: 'up' } };
    try {
      const [workers, oldestDue] = await Promise.all([this.scheduler.workers(), this.scheduler.oldestDue()]);
      const message =
        problemOfWorkers(workers, worker) ??
        problemOfWaiting(oldestDue, overdue, this.scheduler['currentTime']());
      return {
        [key]: {
          status: message === undefined ? 'up' : 'down',
          ...(message !== undefined && { message }),
          workers: workers.length,
          ...(oldestDue && { oldestDue: oldestDue.toISOString() }),
        },
      };
    } catch (error) {
      return { [key]: { status: 'down', message: messageOf(error) } };
    }
  }
}

function problemOfWorkers(
  workers: readonly WorkerEntry[],
  needed: JobsHealthOptions['worker'],
): string | undefined {
  if (needed === 'here' && !workers.some(({ isHere }) => isHere))
    return 'No worker is running in this process.';
  if (needed === 'anywhere' && workers.length === 0) return 'No worker is running.';
  return undefined;
}

function problemOfWaiting(
  oldestDue: Date | undefined,
  allowed: Duration | false,
  now: number,
): string | undefined {
  if (!oldestDue || allowed === false) return undefined;
  const late = now - oldestDue.getTime();
  if (late <= toMilliseconds(allowed)) return undefined;
  return `An entry has been due for ${Math.round(late / 1_000)} s and has not begun.`;
}
