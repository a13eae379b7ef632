import { Injectable } from '@nestjs/common';

@Injectable()
export class DatabaseConfig {
  /** The PostgreSQL database that holds orders; without one, a file does. */
  readonly url?: string = process.env.DATABASE_URL || undefined;
  /** The SQLite file. */
  readonly file: string = process.env.ORDERS_DB ?? './data/orders.db';
}
