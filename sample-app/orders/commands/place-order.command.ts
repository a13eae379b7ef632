import { Command } from '@nestjs/cqrs';
import type { Order, OrderItem } from '../order.js';

export class PlaceOrderCommand extends Command<Order> {
  constructor(
    readonly customerEmail: string,
    readonly items: readonly OrderItem[],
  ) {
    super();
  }
}
