import type { Executor } from './access.js';
import type { Installation } from './installation.js';

const PRUNED_AT_ONCE = 1_000;

/**
 * Removes what ended long ago, from the oldest on. pg-boss's own round would count all that lies there first.
 *
 * @returns whether there may be more.
 */
export async function pruneSome(transaction: Executor, { table, queue }: Installation): Promise<boolean> {
  const { rows } = await transaction.executeSql(
    `DELETE FROM ${table} WHERE name = '${queue}' AND id IN (
      SELECT id FROM (
        SELECT id, completed_on, deletion_seconds FROM ${table}
        WHERE name = '${queue}' AND completed_on IS NOT NULL
        ORDER BY completed_on LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED
      ) oldest WHERE completed_on < clock_timestamp() - deletion_seconds * interval '1 s'
    ) RETURNING 1`,
  );
  return rows.length === PRUNED_AT_ONCE;
}
