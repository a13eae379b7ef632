import { DatabaseSync } from 'node:sqlite';
import type { Provider } from '@nestjs/common';
import { JobScheduler } from 'nestjs-eventflow-jobs';
import { DATABASE, type Database } from '../database/database.js';
import { OrderRepository } from './order.repository.js';
import { PgOrderRepository } from './postgres/pg-order.repository.js';
import { PgUnitOfWork } from './postgres/pg-unit-of-work.js';
import { SqliteOrderRepository } from './sqlite/sqlite-order.repository.js';
import { SqliteUnitOfWork } from './sqlite/sqlite-unit-of-work.js';
import { UnitOfWork } from './unit-of-work.js';

/** The one place that says how orders are kept: as the database needs it. */
export const orderStore: Provider[] = [
  {
    provide: OrderRepository,
    inject: [DATABASE],
    useFactory: (database: Database) =>
      database instanceof DatabaseSync
        ? new SqliteOrderRepository(database)
        : PgOrderRepository.create(database),
  },
  {
    provide: UnitOfWork,
    inject: [DATABASE, JobScheduler],
    useFactory: (database: Database, scheduler: JobScheduler) =>
      database instanceof DatabaseSync
        ? new SqliteUnitOfWork(database, scheduler)
        : new PgUnitOfWork(database, scheduler),
  },
];
