import type { Order, OrderStatus } from './order.js';

/** An order as clients see it. */
export interface OrderView {
  readonly id: string;
  readonly customerEmail: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number; readonly price: string }[];
  readonly total: string;
  readonly status: OrderStatus;
}

export function viewOf({ id, customerEmail, items, total, status }: Order): OrderView {
  const itemViews = items.map((item) => ({ ...item, price: item.price.toString() }));
  return { id, customerEmail, items: itemViews, total: total.toString(), status };
}
