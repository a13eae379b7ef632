import type { Executor } from './access.js';
import { isDeadlock } from './unavailable.js';

const MOST_TRIES = 5;

/**
 * Does once more what PostgreSQL has undone since it and others waited for each other: the others are through by then.
 *
 * @param run a statement, or a whole transaction.
 * @param patience in ms: whoever called is told soon after that it failed, and then nothing more is to be written.
 */
export async function againIfDeadlocked<T>(patience: number, run: () => Promise<T>): Promise<T> {
  const end = performance.now() + patience / 2;
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (!isDeadlock(error) || tries === MOST_TRIES || performance.now() > end) throw error;
    }
  }
}

/** Each statement for itself, in no transaction. */
export function withoutDeadlocks(executor: Executor, patience: number): Executor {
  return {
    executeSql: (text, values) => againIfDeadlocked(patience, () => executor.executeSql(text, values)),
  };
}
