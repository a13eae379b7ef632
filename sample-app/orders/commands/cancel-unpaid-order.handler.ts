import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { OrderCancelledEvent } from '../order.events.js';
import { OrderRepository } from '../order.repository.js';
import { CancelUnpaidOrderCommand } from './cancel-unpaid-order.command.js';

/** Leaves an order alone that is paid or cancelled: a scheduled command may come twice, or just after the payment. */
@CommandHandler(CancelUnpaidOrderCommand)
export class CancelUnpaidOrderHandler implements ICommandHandler<CancelUnpaidOrderCommand> {
  constructor(
    private readonly orders: OrderRepository,
    private readonly events: EventBus,
  ) {}

  async execute({ orderId }: CancelUnpaidOrderCommand): Promise<void> {
    const order = await this.orders.find(orderId);
    if (order?.status !== 'placed') return;
    order.status = 'cancelled';
    await this.orders.save(order);
    this.events.publish(new OrderCancelledEvent(orderId));
  }
}
