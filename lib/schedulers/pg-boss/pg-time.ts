import type { Executor } from './access.js';
import { milliseconds } from './pg-rows.js';

/** The server's clock, in ms since 1970. */
export async function readTime(executor: Executor): Promise<number> {
  const { rows } = await executor.executeSql(`SELECT ${milliseconds('clock_timestamp()')} AS now`);
  return (rows[0] as { now: number }).now;
}
