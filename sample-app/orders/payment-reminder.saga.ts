import { Injectable } from '@nestjs/common';
import { type IEvent, Saga, ofType } from '@nestjs/cqrs';
import { CancelScheduledCommand, ScheduleCommand, toMilliseconds } from 'nestjs-eventflow-jobs';
import { type Observable, map } from 'rxjs';
import { RemindOfPaymentCommand } from './commands/remind-of-payment.command.js';
import { OrderPaidEvent, OrderPlacedEvent } from './order.events.js';
import { OrdersConfig } from './orders.config.js';

/**
 * Sets a deadline as a saga does, by a command that it returns: it stays a pure function. A crash between the order and
 * this costs the reminder, which is no great loss; the deadline that cancels the order is set before that is committed.
 */
@Injectable()
export class PaymentReminderSaga {
  constructor(private readonly config: OrdersConfig) {}

  @Saga()
  placed = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPlacedEvent),
      map(({ orderId, customerEmail }) => {
        const command = new RemindOfPaymentCommand(orderId, customerEmail);
        const when = toMilliseconds(this.config.paymentTerm) / 2;
        return new ScheduleCommand(command, when, { key: paymentReminderKey(orderId) });
      }),
    );

  @Saga()
  paid = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPaidEvent),
      map(({ orderId }) => new CancelScheduledCommand({ key: paymentReminderKey(orderId) })),
    );
}

function paymentReminderKey(orderId: string): string {
  return `payment-reminder:${orderId}`;
}
