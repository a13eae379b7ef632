import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import { DEFAULT_CONCURRENCY, type WorkerOptions } from '../../scheduling/worker-options.js';
import type { Connection } from './connection.js';

/** For all else: claims, and what jobs ask of the scheduler. */
const SPARE = 10;

/**
 * With `transactionalWork` each attempt that runs takes a connection, and whatever its job asks of the scheduler another
 * one: were there none left, all attempts would wait for each other.
 *
 * @throws {EventFlowJobsError} where the app has set the most too low.
 */
export function provideConnections(
  { access, hold }: Connection,
  { concurrency = DEFAULT_CONCURRENCY, queues = {} }: WorkerOptions,
): void {
  const atOnce = Object.values(queues).reduce((sum, queue) => sum + (queue.concurrency ?? 0), concurrency);
  if (hold) return hold(atOnce + SPARE);
  const { connections } = access;
  if (connections === undefined || connections > atOnce) return;
  throw new EventFlowJobsError(
    `With transactionalWork each attempt takes a connection, and ${atOnce} at once leave none of the pool's ` +
      `${connections} for anything else: give the pool a \`max\` above ${atOnce}, or the worker less \`concurrency\`.`,
  );
}
