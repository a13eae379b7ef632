import { Injectable } from '@nestjs/common';
import { type IEvent, Saga, ofType } from '@nestjs/cqrs';
import { CancelScheduledCommand } from 'nestjs-eventflow-jobs';
import { type Observable, map } from 'rxjs';
import { OrderPaidEvent } from './order.events.js';
import { paymentDeadlineKey } from './payment-deadline.key.js';

/**
 * An order that is paid needs its deadline no more. Should a crash come between the payment and this, the deadline
 * passes and finds the order paid.
 */
@Injectable()
export class PaymentDeadlineSaga {
  @Saga()
  paid = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPaidEvent),
      map(({ orderId }) => new CancelScheduledCommand({ key: paymentDeadlineKey(orderId) })),
    );
}
