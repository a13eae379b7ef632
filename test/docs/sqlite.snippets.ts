// The code blocks of docs/sqlite.md: each region stands there word for word, and sqlite.spec.ts runs it.
import { DatabaseSync } from 'node:sqlite';
import { Inject, Injectable, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { CommandScheduler, EventFlowJobsModule } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';

export class CancelUnpaidOrderCommand {
  constructor(readonly orderId: string) {}
}

export function appModule(file: string) {
  const imports = [
    CqrsModule.forRoot(),
    // #region module
    EventFlowJobsModule.forRoot({
      scheduler: sqliteScheduler({ file }), // './data/jobs.db', say
    }),
    // #endregion
  ];

  @Module({ imports })
  class AppModule {}
  return AppModule;
}

// #region transaction
@Injectable()
export class Orders {
  constructor(
    @Inject(DatabaseSync) private readonly database: DatabaseSync,
    private readonly commands: CommandScheduler,
  ) {}

  async place(orderId: string) {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      this.database.prepare('INSERT INTO orders (id) VALUES (?)').run(orderId);
      await this.commands.schedule(new CancelUnpaidOrderCommand(orderId), '30m', {
        key: `payment-deadline:${orderId}`,
        transaction: this.database,
      });
      this.database.exec('COMMIT');
    } catch (error) {
      this.database.exec('ROLLBACK');
      throw error;
    }
  }
}
// #endregion
