import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Injectable, NotFoundException } from '@nestjs/common';
import { Money } from './money.js';
import { Order, type OrderItem, type OrderStatus } from './order.js';

interface OrderRow {
  readonly id: string;
  readonly customer_email: string;
  readonly items: string;
  readonly status: OrderStatus;
}

/** Keeps orders in the database. Changes are made in a `UnitOfWork`. */
@Injectable()
export class OrderRepository {
  private readonly insertOrUpdate: StatementSync;
  private readonly selectById: StatementSync;

  constructor(database: DatabaseSync) {
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

  /** @throws {NotFoundException} */
  async get(id: string): Promise<Order> {
    const order = await this.find(id);
    if (!order) throw new NotFoundException(`There is no order ${id}`);
    return order;
  }
}

function toOrder(row: OrderRow): Order {
  const items = (JSON.parse(row.items) as OrderItem[]).map(({ price, ...item }) => ({
    ...item,
    price: new Money(price.cents, price.currency),
  }));
  const order = new Order(row.id, row.customer_email, items);
  order.status = row.status;
  return order;
}
