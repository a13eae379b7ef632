import type { IEvent } from '@nestjs/cqrs';
import type { Money } from './money.js';

export class OrderPlacedEvent implements IEvent {
  constructor(
    readonly orderId: string,
    readonly customerEmail: string,
    readonly total: Money,
  ) {}
}

export class OrderPaidEvent implements IEvent {
  constructor(readonly orderId: string) {}
}

export class OrderCancelledEvent implements IEvent {
  constructor(readonly orderId: string) {}
}
