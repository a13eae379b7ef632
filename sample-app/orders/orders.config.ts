import { Injectable } from '@nestjs/common';
import type { Duration } from 'nestjs-eventflow-jobs';
import { delay } from '../validation/delay.js';

@Injectable()
export class OrdersConfig {
  /** How long a customer has to pay. Short by default, so that one can watch an order being cancelled. */
  readonly paymentTerm: Duration = paymentTermOf(process.env.PAYMENT_TERM ?? '5s');
}

function paymentTermOf(text: string): Duration {
  const { data, error } = delay.safeParse(text);
  if (data === undefined) throw new Error(`PAYMENT_TERM is '${text}'. ${error.issues[0]!.message}`);
  return data;
}
