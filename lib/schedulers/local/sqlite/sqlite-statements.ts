import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Prepared statements, each prepared once. */
export class SqliteStatements {
  private readonly prepared = new Map<string, StatementSync>();

  constructor(private readonly database: DatabaseSync) {}

  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.prepare(sql).all(...values) as T[];
  }

  /** The columns of each row in their order, without their names. */
  arrays<T extends unknown[]>(sql: string, ...values: SQLInputValue[]): T[] {
    const statement = this.prepare(sql, true);
    const rows = statement.all(...values) as (T | Record<string, unknown>)[];
    // Node.js 22.13 gives no arrays.
    return rows.map((row) => (Array.isArray(row) ? row : (Object.values(row) as T)));
  }

  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.prepare(sql).get(...values) as T | undefined;
  }

  /** How many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  private prepare(sql: string, returnsArrays = false): StatementSync {
    let statement = this.prepared.get(sql);
    if (statement) return statement;
    statement = this.database.prepare(sql);
    // Whatever the app has set for its own handle.
    statement.setReadBigInts(false);
    statement.setReturnArrays?.(returnsArrays);
    this.prepared.set(sql, statement);
    return statement;
  }
}
