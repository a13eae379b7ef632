import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { OrderCancelledEvent } from '../order.events.js';
import { OrderRepository } from '../order.repository.js';
import { UnitOfWork } from '../unit-of-work.js';
import { CancelUnpaidOrderCommand } from './cancel-unpaid-order.command.js';

/**
 * Leaves an order alone that is paid or cancelled: a scheduled command may come twice, or just after the payment. An order
 * that is not there never came to be: had it not been committed yet, this unit of work would have waited for its end.
 */
@CommandHandler(CancelUnpaidOrderCommand)
export class CancelUnpaidOrderHandler implements ICommandHandler<CancelUnpaidOrderCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrderRepository,
    private readonly events: EventBus,
  ) {}

  async execute({ orderId }: CancelUnpaidOrderCommand): Promise<void> {
    const isCancelled = await this.unitOfWork.run(() => this.cancel(orderId));
    if (isCancelled) this.events.publish(new OrderCancelledEvent(orderId));
  }

  private async cancel(orderId: string): Promise<boolean> {
    const order = await this.orders.find(orderId);
    if (order?.status !== 'placed') return false;
    order.status = 'cancelled';
    await this.orders.save(order);
    return true;
  }
}
