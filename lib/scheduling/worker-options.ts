import type { Duration } from './duration.js';

/** @publicApi */
export interface QueueOptions {
  /** At once in this process, in slots of the queue's own. @default the queue shares `concurrency` with the others */
  concurrency?: number;
  /** At most `max` attempts are begun in any span of `per`, in this process. @default no limit */
  rateLimit?: { max: number; per: Duration };
}

/** @publicApi */
export interface WorkerOptions {
  /** At once in this process; queues with a `concurrency` of their own come on top. @default 10 */
  concurrency?: number;
  queues?: Record<string, QueueOptions>;
  /** `false`: the worker begins when `JobWorker.start()` is called. @default true */
  autoStart?: boolean;
}

export const DEFAULT_CONCURRENCY = 10;

/** What is wrong with a worker's options: sentences. */
export function problemsOfWorker(worker: boolean | WorkerOptions | undefined): string[] {
  if (typeof worker !== 'object') return [];
  const wrongCount = (value: number | undefined) =>
    value !== undefined && !(Number.isInteger(value) && value >= 1);
  return [
    ...(wrongCount(worker.concurrency) ? ['worker.concurrency must be a whole number from 1.'] : []),
    ...Object.entries(worker.queues ?? {}).flatMap(([name, { concurrency, rateLimit }]) => [
      ...(wrongCount(concurrency)
        ? [`worker.queues.${name}.concurrency must be a whole number from 1.`]
        : []),
      ...(rateLimit && wrongCount(rateLimit.max)
        ? [`worker.queues.${name}.rateLimit.max must be a whole number from 1.`]
        : []),
    ]),
  ];
}
