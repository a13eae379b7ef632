import { Money } from './money.js';

export type OrderStatus = 'placed' | 'paid' | 'cancelled';

export interface OrderItem {
  readonly sku: string;
  readonly quantity: number;
  readonly price: Money;
}

export class Order {
  status: OrderStatus = 'placed';

  constructor(
    readonly id: string,
    readonly customerEmail: string,
    readonly items: readonly OrderItem[],
  ) {}

  get total(): Money {
    return this.items.reduce((sum, { price, quantity }) => sum.plus(price.times(quantity)), Money.euros(0));
  }
}
