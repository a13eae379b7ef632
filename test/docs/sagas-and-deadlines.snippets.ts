// The code blocks of docs/sagas-and-deadlines.md: each region stands there word for word, and its spec runs them.
import { Injectable } from '@nestjs/common';
import { CommandHandler, type IEvent, Saga, ofType } from '@nestjs/cqrs';
import {
  CancelScheduledCommand,
  CommandScheduler,
  JobFailedEvent,
  ScheduleCommand,
} from 'nestjs-eventflow-jobs';
import { type Observable, filter, map, mergeMap } from 'rxjs';

export class OrderPlacedEvent {
  constructor(readonly orderId: string) {}
}
export class OrderPaidEvent {
  constructor(readonly orderId: string) {}
}
export class BasketChangedEvent {
  constructor(readonly basketId: string) {}
}
export class RemindOfPaymentCommand {
  constructor(readonly orderId: string) {}
}
export class CancelUnpaidOrderCommand {
  constructor(readonly orderId: string) {}
}
export class ForgetBasketCommand {
  constructor(readonly basketId: string) {}
}
export class DunCustomerCommand {
  constructor(
    readonly orderId: string,
    readonly letter: number,
  ) {}
}
export class TellSupportCommand {
  constructor(readonly text: string) {}
}

export type Status = 'placed' | 'paid' | 'cancelled';

@Injectable()
export class Shop {
  readonly status = new Map<string, Status>();
  readonly log: string[] = [];
}

// #region saga
@Injectable()
export class PaymentSaga {
  @Saga()
  placed = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPlacedEvent),
      mergeMap(({ orderId }) => [
        new ScheduleCommand(new RemindOfPaymentCommand(orderId), '20m', { key: `remind:${orderId}` }),
        new ScheduleCommand(new CancelUnpaidOrderCommand(orderId), '30m', { key: `deadline:${orderId}` }),
      ]),
    );

  @Saga()
  paid = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(OrderPaidEvent),
      mergeMap(({ orderId }) => [
        new CancelScheduledCommand({ key: `remind:${orderId}` }),
        new CancelScheduledCommand({ key: `deadline:${orderId}` }),
      ]),
    );
}
// #endregion

// #region handler
@CommandHandler(CancelUnpaidOrderCommand)
export class CancelUnpaidOrderHandler {
  constructor(private readonly shop: Shop) {}

  async execute({ orderId }: CancelUnpaidOrderCommand) {
    if (this.shop.status.get(orderId) !== 'placed') return; // paid meanwhile, or cancelled already
    this.shop.status.set(orderId, 'cancelled');
  }
}
// #endregion

// #region renew
@Injectable()
export class BasketSaga {
  @Saga()
  changed = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(BasketChangedEvent),
      map(({ basketId }) => {
        const command = new ForgetBasketCommand(basketId);
        return new ScheduleCommand(command, '2 hours', { key: `basket:${basketId}`, onConflict: 'replace' });
      }),
    );
}
// #endregion

// #region steps
@CommandHandler(DunCustomerCommand)
export class DunCustomerHandler {
  constructor(
    private readonly shop: Shop,
    private readonly commands: CommandScheduler,
  ) {}

  async execute({ orderId, letter }: DunCustomerCommand) {
    if (this.shop.status.get(orderId) !== 'placed') return;
    this.shop.log.push(`letter ${letter} for ${orderId}`);
    if (letter === 3) return;
    const next = new DunCustomerCommand(orderId, letter + 1);
    await this.commands.schedule(next, '7 days', { key: `dun:${orderId}:${letter + 1}` });
  }
}
// #endregion

// #region failed
@Injectable()
export class DunningFailed {
  @Saga()
  failed = (events$: Observable<IEvent>) =>
    events$.pipe(
      ofType(JobFailedEvent),
      filter(({ entry }) => entry.command?.name === 'DunCustomerCommand'),
      map(
        ({ entry, error }) => new TellSupportCommand(`${entry.key} after ${entry.attempt}: ${error.message}`),
      ),
    );
}
// #endregion
