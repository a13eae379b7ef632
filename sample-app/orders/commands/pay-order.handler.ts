import { ConflictException } from '@nestjs/common';
import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { OrderPaidEvent } from '../order.events.js';
import type { Order } from '../order.js';
import { OrderRepository } from '../order.repository.js';
import { UnitOfWork } from '../unit-of-work.js';
import { PayOrderCommand } from './pay-order.command.js';

@CommandHandler(PayOrderCommand)
export class PayOrderHandler implements ICommandHandler<PayOrderCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrderRepository,
    private readonly events: EventBus,
  ) {}

  async execute({ orderId }: PayOrderCommand): Promise<Order> {
    const { order, wasPaid } = await this.unitOfWork.run(() => this.pay(orderId));
    if (!wasPaid) this.events.publish(new OrderPaidEvent(orderId));
    return order;
  }

  private async pay(orderId: string): Promise<{ order: Order; wasPaid: boolean }> {
    const order = await this.orders.get(orderId);
    if (order.status === 'cancelled') {
      throw new ConflictException(`Order ${orderId} cannot be paid: it is cancelled`);
    }
    if (order.status === 'paid') return { order, wasPaid: true };
    order.status = 'paid';
    await this.orders.save(order);
    return { order, wasPaid: false };
  }
}
