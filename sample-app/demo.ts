import { Logger } from '@nestjs/common';
import { type EventBus, ofType } from '@nestjs/cqrs';
import { ReplaySubject, filter, firstValueFrom, race, timer } from 'rxjs';
import { OrderCancelledEvent } from './orders/order.events.js';
import type { OrderView } from './orders/order.view.js';

const PATIENCE_MS = 12_000;
const logger = new Logger('Demo');

/** Places one order that is paid and one that is not, over HTTP, and tells how each ends. Returns the paid one. */
export async function runDemo(url: string, events: EventBus): Promise<OrderView> {
  // Orders of the last start may be cancelled meanwhile as well.
  const cancelled = new ReplaySubject<OrderCancelledEvent>();
  const recording = events.pipe(ofType(OrderCancelledEvent)).subscribe(cancelled);

  logger.log('Two customers order; the first pays, the second forgets to');
  const paid = await call<OrderView>(`${url}/orders`, orderOf('ada@example.com'));
  const unpaid = await call<OrderView>(`${url}/orders`, orderOf('bob@example.com'));
  await call(`${url}/orders/${paid.id}/pay`, {});
  await call(`${url}/orders/${paid.id}/receipt`, { in: '2s' });
  await call(`${url}/messages`, { message: 'This was scheduled three seconds ago', in: '3s' });

  const end = cancelled.pipe(filter(({ orderId }) => orderId === unpaid.id));
  await firstValueFrom(race(end, timer(PATIENCE_MS)));
  recording.unsubscribe();
  for (const { id } of [paid, unpaid]) {
    const { customerEmail, status } = await call<OrderView>(`${url}/orders/${id}`);
    logger.log(`By now the order of ${customerEmail} is ${status}`);
  }
  return paid;
}

function orderOf(customerEmail: string) {
  return { customerEmail, items: [{ sku: 'book', quantity: 2, price: 12.5 }] };
}

/** POSTs the body where there is one. */
async function call<T>(url: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, body && { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
