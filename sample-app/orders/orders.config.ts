import { Injectable } from '@nestjs/common';
import type { Duration } from 'nestjs-eventflow-jobs';
import { delay } from '../validation/delay.js';

@Injectable()
export class OrdersConfig {
  /** How long a customer has to pay. Short by default, so that one can watch an order being cancelled. */
  readonly paymentTerm: Duration = delay.parse(process.env.PAYMENT_TERM ?? '5s');
}
