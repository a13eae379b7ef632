// The code blocks of docs/pg-boss.md: each region stands there word for word, and pg-boss.spec.ts runs it.
import { Injectable, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import {
  CommandScheduler,
  EventFlowJobsModule,
  type Job,
  type JobContext,
  JobVersion,
} from 'nestjs-eventflow-jobs';
import { JobTransaction, pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { type ClientBase, Pool } from 'pg';

export class CancelUnpaidOrderCommand {
  constructor(readonly orderId: string) {}
}

export function appModule(connectionString: string) {
  const imports = [
    CqrsModule.forRoot(),
    // #region module
    EventFlowJobsModule.forRoot({
      scheduler: pgBossScheduler({ connectionString }), // 'postgres://app@localhost/shop', say
    }),
    // #endregion
  ];

  @Module({ imports })
  class AppModule {}
  return AppModule;
}

export function withPool(DatabaseModule: new () => unknown) {
  return [
    // #region pool
    EventFlowJobsModule.forRootAsync({
      imports: [DatabaseModule],
      inject: [Pool],
      useFactory: (pool: Pool) => ({ scheduler: pgBossScheduler({ pool }) }),
    }),
    // #endregion
  ];
}

// #region transaction
@Injectable()
export class Orders {
  constructor(
    private readonly pool: Pool,
    private readonly commands: CommandScheduler,
  ) {}

  async place(orderId: string) {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO orders (id) VALUES ($1)', [orderId]);
      await this.commands.schedule(new CancelUnpaidOrderCommand(orderId), '30m', {
        key: `payment-deadline:${orderId}`,
        transaction: client,
      });
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }
}
// #endregion

// #region effects
@Injectable()
export class Accounts {
  constructor(private readonly transaction: JobTransaction) {}

  async credit(account: string, cents: number) {
    const client = this.transaction.client as ClientBase;
    await client.query('UPDATE accounts SET cents = cents + $2 WHERE id = $1', [account, cents]);
  }
}

@JobVersion('PayBonus', 1)
export class PayBonusJob implements Job {
  constructor(
    readonly account: string,
    readonly cents: number,
  ) {}

  async execute(context: JobContext) {
    await context.get(Accounts).credit(this.account, this.cents);
    const client = context.transaction as ClientBase; // the same one
    await client.query('INSERT INTO bonuses (account) VALUES ($1)', [this.account]);
  }
}
// #endregion
