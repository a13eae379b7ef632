import { Injectable } from '@nestjs/common';
import { type IEvent, Saga, ofType } from '@nestjs/cqrs';
import { CancelScheduledCommand, ScheduleCommand } from 'nestjs-eventflow-jobs';
import { type Observable, map } from 'rxjs';
import { CancelUnpaidOrderCommand } from './commands/cancel-unpaid-order.command.js';
import { OrderPaidEvent, OrderPlacedEvent } from './order.events.js';
import { OrdersConfig } from './orders.config.js';

/** An order that is not paid within the payment term is cancelled. */
@Injectable()
export class PaymentDeadlineSaga {
  constructor(private readonly config: OrdersConfig) {}

  @Saga()
  placed = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPlacedEvent),
      map(
        ({ orderId }) =>
          new ScheduleCommand(new CancelUnpaidOrderCommand(orderId), this.config.paymentTerm, {
            key: paymentDeadlineKey(orderId),
          }),
      ),
    );

  @Saga()
  paid = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPaidEvent),
      map(({ orderId }) => new CancelScheduledCommand({ key: paymentDeadlineKey(orderId) })),
    );
}

export function paymentDeadlineKey(orderId: string): string {
  return `payment-deadline:${orderId}`;
}
