import { type Duration, toMilliseconds } from './duration.js';

/**
 * What a process does for one queue.
 *
 * @publicApi
 */
export interface QueueOptions {
  /** At once in this process, in slots of the queue's own. @default the queue shares `concurrency` with the others */
  concurrency?: number;
  /** At most `max` attempts are begun in any span of `per`, in this process. @default no limit */
  rateLimit?: { max: number; per: Duration };
}

/**
 * How much a process runs at once, and when it begins to.
 *
 * @publicApi
 */
export interface WorkerOptions {
  /** At once in this process; queues with a `concurrency` of their own come on top. @default 10 */
  concurrency?: number;
  queues?: Record<string, QueueOptions>;
  /** `false`: the worker begins when `JobWorker.start()` is called. @default true */
  autoStart?: boolean;
}

export const DEFAULT_CONCURRENCY = 10;

/** What is wrong with a worker's options: sentences. */
export function problemsOfWorker(worker: boolean | WorkerOptions | null | undefined): string[] {
  if (worker === null) return ['worker must be true, false or an object.'];
  if (typeof worker !== 'object') return [];
  const wrongCount = (value: number | undefined) =>
    value !== undefined && !(Number.isInteger(value) && value >= 1);
  return [
    ...(wrongCount(worker.concurrency) ? ['worker.concurrency must be a whole number from 1.'] : []),
    ...Object.entries(worker.queues ?? {}).flatMap(([name, queue]) => {
      const at = `worker.queues.${name}`;
      if (typeof queue !== 'object' || queue === null) return [`${at} must be an object.`];
      const { concurrency, rateLimit } = queue;
      return [
        ...(wrongCount(concurrency) ? [`${at}.concurrency must be a whole number from 1.`] : []),
        ...(rateLimit && wrongCount(rateLimit.max)
          ? [`${at}.rateLimit.max must be a whole number from 1.`]
          : []),
        ...(rateLimit && !isSpan(rateLimit.per)
          ? [`${at}.rateLimit.per must be a duration above zero.`]
          : []),
      ];
    }),
  ];
}

function isSpan(value: unknown): boolean {
  try {
    return toMilliseconds(value as Duration) > 0;
  } catch {
    return false; // said as a mistake
  }
}
