import { Logger } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { OrderCancelledEvent, OrderPaidEvent, OrderPlacedEvent } from './order.events.js';

/** Tells the story of every order in the app's log. */
@EventsHandler(OrderPlacedEvent, OrderPaidEvent, OrderCancelledEvent)
export class OrderLog implements IEventHandler<OrderPlacedEvent | OrderPaidEvent | OrderCancelledEvent> {
  private readonly logger = new Logger('Orders');

  handle(event: OrderPlacedEvent | OrderPaidEvent | OrderCancelledEvent): void {
    this.logger.log(`Order ${event.orderId} ${whatHappened(event)}`);
  }
}

function whatHappened(event: OrderPlacedEvent | OrderPaidEvent | OrderCancelledEvent): string {
  if (event instanceof OrderPlacedEvent) return `placed by ${event.customerEmail}: ${event.total.toString()}`;
  return event instanceof OrderPaidEvent ? 'paid' : 'cancelled, because it was not paid in time';
}
