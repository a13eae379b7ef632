import { Command } from '@nestjs/cqrs';
import type { Order } from '../order.js';

export class PayOrderCommand extends Command<Order> {
  constructor(readonly orderId: string) {
    super();
  }
}
