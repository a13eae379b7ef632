import { JobValue } from 'nestjs-eventflow-jobs';

/** Named, so that a command which holds it comes back from the scheduler's store with a `Money`, not with bare data. */
@JobValue('Money')
export class Money {
  constructor(
    readonly cents: number,
    readonly currency: string,
  ) {}

  static euros(amount: number): Money {
    return new Money(Math.round(amount * 100), 'EUR');
  }

  plus(other: Money): Money {
    return new Money(this.cents + other.cents, this.currency);
  }

  times(quantity: number): Money {
    return new Money(this.cents * quantity, this.currency);
  }

  toString(): string {
    return `${(this.cents / 100).toFixed(2)} ${this.currency}`;
  }
}
