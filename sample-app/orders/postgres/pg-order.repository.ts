import type { Pool, PoolClient } from 'pg';
import type { Order } from '../order.js';
import { OrderRepository, type OrderRow, toOrder } from '../order.repository.js';
import { openTransaction } from './open-transaction.js';

/** Makes the table, one process at a time: `IF NOT EXISTS` alone fails for one of two that start together. */
const SCHEMA = `
  SELECT pg_advisory_xact_lock(hashtext('orders'));
  CREATE TABLE IF NOT EXISTS orders (
    id text PRIMARY KEY,
    customer_email text NOT NULL,
    items jsonb NOT NULL,
    status text NOT NULL
  )`;

export class PgOrderRepository extends OrderRepository {
  private constructor(private readonly pool: Pool) {
    super();
  }

  static async create(pool: Pool): Promise<PgOrderRepository> {
    await pool.query(SCHEMA);
    return new PgOrderRepository(pool);
  }

  async save({ id, customerEmail, items, status }: Order): Promise<void> {
    const transaction = openTransaction();
    if (transaction) await lockOrder(transaction, id);
    await (transaction ?? this.pool).query(
      `INSERT INTO orders (id, customer_email, items, status) VALUES ($1, $2, $3, $4)
        ON CONFLICT (id) DO UPDATE SET status = excluded.status`,
      [id, customerEmail, JSON.stringify(items), status],
    );
  }

  async find(id: string): Promise<Order | undefined> {
    const transaction = openTransaction();
    if (transaction) await lockOrder(transaction, id);
    const { rows } = await (transaction ?? this.pool).query<OrderRow>(
      'SELECT id, customer_email, items::text, status FROM orders WHERE id = $1',
      [id],
    );
    return rows[0] && toOrder(rows[0]);
  }
}

/**
 * Until the transaction ends. A lock on the row would not do: there is none yet that others see while an order is being
 * placed, and a deadline that passes meanwhile would find nothing. A statement of its own, for the next one is to see what
 * was committed while this one waited.
 */
async function lockOrder(transaction: PoolClient, id: string): Promise<void> {
  await transaction.query("SELECT pg_advisory_xact_lock(hashtext('orders'), hashtext($1))", [id]);
}
