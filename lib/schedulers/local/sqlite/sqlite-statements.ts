import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Prepared statements, each prepared once. */
export class SqliteStatements {
  private readonly prepared = new Map<string, StatementSync>();

  constructor(private readonly database: DatabaseSync) {}

  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.prepare(sql).all(...values) as T[];
  }

  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.prepare(sql).get(...values) as T | undefined;
  }

  /** How many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  private prepare(sql: string): StatementSync {
    let statement = this.prepared.get(sql);
    if (statement) return statement;
    statement = this.database.prepare(sql);
    // Whatever the app has set for its own handle.
    statement.setReadBigInts(false);
    statement.setReturnArrays?.(false);
    this.prepared.set(sql, statement);
    return statement;
  }
}
