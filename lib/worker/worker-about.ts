import { hostname } from 'node:os';
import { DEFAULT_CONCURRENCY, type WorkerOptions } from '../scheduling/worker-options.js';

/** What a worker tells of itself, for people who look for it. */
export interface WorkerAbout {
  readonly host: string;
  readonly pid: number;
  readonly concurrency: number;
  readonly queues: Readonly<Record<string, number>>;
}

export function aboutWorker({ concurrency = DEFAULT_CONCURRENCY, queues = {} }: WorkerOptions): WorkerAbout {
  const own = Object.entries(queues).flatMap(([name, queue]) =>
    queue.concurrency === undefined ? [] : [[name, queue.concurrency] as const],
  );
  return { host: hostname(), pid: process.pid, concurrency, queues: Object.fromEntries(own) };
}

/** As a store has kept it: nothing of what cannot be read. */
export function aboutFrom(
  text: string | null | undefined,
): Partial<WorkerAbout> & Pick<WorkerAbout, 'queues'> {
  const { host, pid, concurrency, queues } = fieldsOf(text);
  return {
    ...(typeof host === 'string' && { host }),
    ...(typeof pid === 'number' && { pid }),
    ...(typeof concurrency === 'number' && { concurrency }),
    queues: typeof queues === 'object' && queues !== null ? (queues as Record<string, number>) : {},
  };
}

function fieldsOf(text: string | null | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
