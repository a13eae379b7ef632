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

/**
 * Sets the deadline with the order: no crash leaves an order that waits for ever. Where the two share a transaction, both
 * are there or neither. Where the scheduler keeps its entries elsewhere, two steps are left, and between them a crash; so
 * the order is committed last. What the crash leaves then is a deadline whose order never came to be: it passes, finds
 * nothing, and does nothing. It is not called off where the commit fails, since a commit whose answer was lost fails too.
 */
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
