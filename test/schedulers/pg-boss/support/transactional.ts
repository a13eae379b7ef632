import { Injectable } from '@nestjs/common';
import type { JobContext } from 'nestjs-eventflow-jobs';
import { JobTransaction } from 'nestjs-eventflow-jobs/pg-boss';
import type pg from 'pg';
import { createDatabase } from '../../../support/postgres.js';
import { until } from '../../../support/until.js';
import { openPool, startOn, withOrders } from './note.job.js';

const INSERT = 'INSERT INTO orders VALUES ($1)';
export const write = ({ transaction }: JobContext, text: string) =>
  (transaction as pg.Client).query(INSERT, [text]);

/** Has no context of its own. */
@Injectable()
export class Orders {
  constructor(private readonly transaction: JobTransaction) {}

  save(text: string) {
    return (this.transaction.client as pg.Client).query(INSERT, [text]);
  }
}

/** An app with `transactionalWork`, and a table of its own. */
export async function startTransactional(more: Parameters<typeof startOn>[1] = {}) {
  const url = await createDatabase();
  const orders = await withOrders(openPool(url));
  const app = await startOn({ connectionString: url, transactionalWork: true }, more, {
    providers: [Orders, JobTransaction],
  });
  const { scheduler } = app;
  const ended = async (id: string) => {
    const isOver = async () => {
      const entry = await scheduler.get(id);
      return ['succeeded', 'failed', 'cancelled'].includes(entry!.state) ? entry : undefined;
    };
    return until(isOver, 'the entry to end');
  };
  return { ...app, url, orders, ended };
}
