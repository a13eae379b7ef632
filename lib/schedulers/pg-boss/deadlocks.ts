import type { Executor } from './access.js';
import { isDeadlock } from './unavailable.js';

/**
 * Does once more what PostgreSQL has undone since it and others waited for each other: the others are through by then.
 *
 * @param deadline by `performance.now()`: whoever called is told then that it failed, and nothing more is to be begun.
 * @param run a statement, or a whole transaction.
 */
export async function againIfDeadlocked<T>(deadline: number, run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!isDeadlock(error) || performance.now() > deadline) throw error;
    }
  }
}

/** Each statement for itself, in no transaction. */
export function withoutDeadlocks(executor: Executor, deadline: number): Executor {
  return {
    executeSql: (text, values) => againIfDeadlocked(deadline, () => executor.executeSql(text, values)),
  };
}
