import { NotFoundException } from '@nestjs/common';
import { Money } from './money.js';
import { Order, type OrderItem, type OrderStatus } from './order.js';

/** Keeps orders in the database. Changes are made in a `UnitOfWork`, in which an order that is read is nobody else's to change. */
export abstract class OrderRepository {
  abstract save(order: Order): Promise<void>;
  abstract find(id: string): Promise<Order | undefined>;

  /** @throws {NotFoundException} */
  async get(id: string): Promise<Order> {
    const order = await this.find(id);
    if (!order) throw new NotFoundException(`There is no order ${id}`);
    return order;
  }
}

export interface OrderRow {
  readonly id: string;
  readonly customer_email: string;
  /** As JSON. */
  readonly items: string;
  readonly status: OrderStatus;
}

export function toOrder(row: OrderRow): Order {
  const items = (JSON.parse(row.items) as OrderItem[]).map(({ price, ...item }) => ({
    ...item,
    price: new Money(price.cents, price.currency),
  }));
  const order = new Order(row.id, row.customer_email, items);
  order.status = row.status;
  return order;
}
