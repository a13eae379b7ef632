import type { Installation } from './installation.js';
import type { PgCalls } from './pg-calls.js';

/** Which queues no worker is to claim from; all of them are `''`. */
export class PgPauses {
  private readonly table: string;

  constructor(
    { schema }: Installation,
    private readonly calls: PgCalls,
    private readonly channel: string,
  ) {
    this.table = `${schema}.eventflow_paused`;
  }

  async pause(queue = ''): Promise<void> {
    await this.calls.query(`INSERT INTO ${this.table} VALUES ($1) ON CONFLICT DO NOTHING`, [queue]);
  }

  async resume(queue?: string): Promise<void> {
    await this.calls.query(
      `WITH done AS (DELETE FROM ${this.table} WHERE $1::text IS NULL OR queue = $1 RETURNING 1)
        SELECT pg_notify('${this.channel}', 'due 0') FROM done LIMIT 1`,
      [queue ?? null],
    );
  }

  async isPaused(queue: string): Promise<boolean> {
    const rows = await this.calls.query(`SELECT 1 FROM ${this.table} WHERE queue IN ('', $1)`, [queue]);
    return rows.length > 0;
  }
}
