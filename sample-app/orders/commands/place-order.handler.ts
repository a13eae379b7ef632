import { randomUUID } from 'node:crypto';
import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { OrderPlacedEvent } from '../order.events.js';
import { Order } from '../order.js';
import { OrderRepository } from '../order.repository.js';
import { PlaceOrderCommand } from './place-order.command.js';

@CommandHandler(PlaceOrderCommand)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrderCommand> {
  constructor(
    private readonly orders: OrderRepository,
    private readonly events: EventBus,
  ) {}

  async execute({ customerEmail, items }: PlaceOrderCommand): Promise<Order> {
    const order = new Order(shortId(), customerEmail, items);
    await this.orders.save(order);
    this.events.publish(new OrderPlacedEvent(order.id, order.customerEmail, order.total));
    return order;
  }
}

/** Short, to be read in a log; unlike a counter it is new after a restart too, as the keys of scheduled entries need. */
function shortId(): string {
  return randomUUID().slice(0, 8);
}
