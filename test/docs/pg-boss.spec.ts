import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule, JobScheduler } from 'nestjs-eventflow-jobs';
import { JobTransaction, pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorOf, startModules } from '../support/app.js';
import { createDatabase, createPool } from '../support/postgres.js';
import { until } from '../support/until.js';
import {
  Accounts,
  CancelUnpaidOrderCommand,
  Orders,
  PayBonusJob,
  appModule,
  withPool,
} from './pg-boss.snippets.js';

/** On a database with these tables. The pool ends with the test. */
async function databaseWith(tables = ''): Promise<{ url: string; pool: Pool }> {
  const url = await createDatabase();
  const pool = createPool(url, { max: 20 });
  onTestFinished(() => pool.end());
  await pool.query(tables);
  return { url, pool };
}

describe('docs/pg-boss.md', () => {
  it('keeps entries in the database, whose schema it makes', async () => {
    const { url, pool } = await databaseWith();
    const app = await NestFactory.createApplicationContext(appModule(url), { logger: false });
    expect(app.get(JobScheduler).capabilities.has('durable')).toBe(true);
    await app.close();
    const { rows } = await pool.query("SELECT name FROM pgboss.queue WHERE name = 'eventflow-jobs'");
    expect(rows).toHaveLength(1);
  });

  it('takes the pool of the app, and leaves it open', async () => {
    const { pool } = await databaseWith();
    @Module({ providers: [{ provide: Pool, useValue: pool }], exports: [Pool] })
    class DatabaseModule {}
    const { nest, scheduler } = await startModules([CqrsModule.forRoot(), ...withPool(DatabaseModule)]);
    expect((await scheduler.counts()).scheduled).toBe(0);
    await nest.close();
    await pool.query('SELECT 1');
  });

  it('places an order and schedules its deadline in one transaction', async () => {
    const { pool } = await databaseWith('CREATE TABLE orders (id text PRIMARY KEY)');
    const { nest, scheduler } = await startModules(
      [
        CqrsModule.forRoot(),
        EventFlowJobsModule.forRoot({
          scheduler: pgBossScheduler({ pool }),
          commands: [CancelUnpaidOrderCommand],
        }),
      ],
      { providers: [Orders, { provide: Pool, useValue: pool }] },
    );
    const orders = nest.get(Orders);
    await orders.place('42');
    expect((await scheduler.get({ key: 'payment-deadline:42' }))?.state).toBe('scheduled');

    // The same order once more: the insert is refused, and the deadline with it.
    await scheduler.cancel({ key: 'payment-deadline:42' });
    await errorOf(() => orders.place('42'));
    expect((await scheduler.counts()).scheduled).toBe(0);
    await nest.close();
  });

  it('writes what an attempt does and its completion in one transaction', async () => {
    const { pool } = await databaseWith(`
      CREATE TABLE accounts (id text PRIMARY KEY, cents int NOT NULL);
      CREATE TABLE bonuses (account text PRIMARY KEY);
      INSERT INTO accounts VALUES ('ada', 0), ('bob', 0);
      INSERT INTO bonuses VALUES ('bob')`);
    const { nest, scheduler } = await startModules(
      [
        CqrsModule.forRoot(),
        EventFlowJobsModule.forRoot({
          scheduler: pgBossScheduler({ pool, transactionalWork: true }),
          jobs: [PayBonusJob],
        }),
      ],
      { providers: [Accounts, JobTransaction] },
    );
    await scheduler.scheduleNow(new PayBonusJob('ada', 500));
    // He has his already, so the second statement is refused: the first is undone.
    await scheduler.scheduleNow(new PayBonusJob('bob', 500), { attempts: 1 });
    await until(async () => {
      const { succeeded, failed } = await scheduler.counts();
      return succeeded === 1 && failed === 1;
    }, 'both ends');
    const { rows } = await pool.query('SELECT id, cents FROM accounts ORDER BY id');
    expect(rows).toEqual([
      { id: 'ada', cents: 500 },
      { id: 'bob', cents: 0 },
    ]);
    await nest.close();
  });
});
