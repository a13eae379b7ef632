import { Injectable } from '@nestjs/common';

@Injectable()
export class DatabaseConfig {
  /** The SQLite file that holds orders and what is scheduled. */
  readonly file: string = process.env.ORDERS_DB ?? './data/orders.db';
}
