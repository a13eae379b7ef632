import { Injectable, NotFoundException } from '@nestjs/common';
import type { Order } from './order.js';

/** Keeps orders in memory. */
@Injectable()
export class OrderRepository {
  private readonly orders = new Map<string, Order>();

  async save(order: Order): Promise<void> {
    this.orders.set(order.id, order);
  }

  async find(id: string): Promise<Order | undefined> {
    return this.orders.get(id);
  }

  /** @throws {NotFoundException} */
  async get(id: string): Promise<Order> {
    const order = await this.find(id);
    if (!order) throw new NotFoundException(`There is no order ${id}`);
    return order;
  }
}
