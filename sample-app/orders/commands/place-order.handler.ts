import { randomUUID } from 'node:crypto';
import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { CommandScheduler } from 'nestjs-eventflow-jobs';
import { OrderPlacedEvent } from '../order.events.js';
import { Order } from '../order.js';
import { OrderRepository } from '../order.repository.js';
import { OrdersConfig } from '../orders.config.js';
import { paymentDeadlineKey } from '../payment-deadline.key.js';
import { UnitOfWork } from '../unit-of-work.js';
import { CancelUnpaidOrderCommand } from './cancel-unpaid-order.command.js';
import { PlaceOrderCommand } from './place-order.command.js';

/** Sets the deadline in the transaction that saves the order: no crash leaves an order that waits for ever. */
@CommandHandler(PlaceOrderCommand)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrderCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrderRepository,
    private readonly commands: CommandScheduler,
    private readonly config: OrdersConfig,
    private readonly events: EventBus,
  ) {}

  async execute({ customerEmail, items }: PlaceOrderCommand): Promise<Order> {
    const order = new Order(shortId(), customerEmail, items);
    await this.unitOfWork.run(async (transaction) => {
      await this.orders.save(order);
      const deadline = new CancelUnpaidOrderCommand(order.id);
      const key = paymentDeadlineKey(order.id);
      await this.commands.schedule(deadline, this.config.paymentTerm, { key, transaction });
    });
    this.events.publish(new OrderPlacedEvent(order.id, order.customerEmail, order.total));
    return order;
  }
}

/** Short, to be read in a log; unlike a counter it is new after a restart too, as the keys of scheduled entries need. */
function shortId(): string {
  return randomUUID().slice(0, 8);
}
