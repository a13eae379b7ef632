import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Order } from '../order.js';
import { OrderRepository, type OrderRow, toOrder } from '../order.repository.js';

export class SqliteOrderRepository extends OrderRepository {
  private readonly insertOrUpdate: StatementSync;
  private readonly selectById: StatementSync;

  constructor(database: DatabaseSync) {
    super();
    database.exec(`
      CREATE TABLE IF NOT EXISTS orders (
        id TEXT PRIMARY KEY,
        customer_email TEXT NOT NULL,
        items TEXT NOT NULL,
        status TEXT NOT NULL
      ) STRICT`);
    this.insertOrUpdate = database.prepare(`
      INSERT INTO orders (id, customer_email, items, status) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET status = excluded.status`);
    this.selectById = database.prepare('SELECT id, customer_email, items, status FROM orders WHERE id = ?');
  }

  async save({ id, customerEmail, items, status }: Order): Promise<void> {
    this.insertOrUpdate.run(id, customerEmail, JSON.stringify(items), status);
  }

  async find(id: string): Promise<Order | undefined> {
    const row = this.selectById.get(id) as OrderRow | undefined;
    return row && toOrder(row);
  }
}
