import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Mailer } from '../mailer.js';
import { OrderRepository } from '../order.repository.js';
import { RemindOfPaymentCommand } from './remind-of-payment.command.js';

@CommandHandler(RemindOfPaymentCommand)
export class RemindOfPaymentHandler implements ICommandHandler<RemindOfPaymentCommand> {
  constructor(
    private readonly orders: OrderRepository,
    private readonly mailer: Mailer,
  ) {}

  /** The order may have been paid or cancelled since this was scheduled. */
  async execute({ orderId, customerEmail }: RemindOfPaymentCommand): Promise<void> {
    const order = await this.orders.find(orderId);
    if (order?.status !== 'placed') return;
    await this.mailer.send(customerEmail, `Half of the time to pay your order ${orderId} has passed.`);
  }
}
