import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule, JobScheduler } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorOf, startModules } from '../support/app.js';
import { CancelUnpaidOrderCommand, Orders, appModule } from './sqlite.snippets.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('docs/sqlite.md', () => {
  it('keeps entries in a file, whose folder it makes', async () => {
    const file = join(folder, 'data', 'jobs.db');
    const app = await NestFactory.createApplicationContext(appModule(file), { logger: false });
    expect(app.get(JobScheduler).capabilities.has('durable')).toBe(true);
    expect(existsSync(file)).toBe(true);
    await app.close();
  });

  it('places an order and schedules its deadline in one transaction', async () => {
    const database = new DatabaseSync(join(folder, 'app.db'));
    database.exec('CREATE TABLE orders (id TEXT PRIMARY KEY)');
    const { nest, scheduler } = await startModules(
      [
        CqrsModule.forRoot(),
        EventFlowJobsModule.forRoot({
          scheduler: sqliteScheduler({ database }),
          commands: [CancelUnpaidOrderCommand],
        }),
      ],
      { providers: [Orders, { provide: DatabaseSync, useValue: database }] },
    );
    const orders = nest.get(Orders);
    await orders.place('42');
    expect((await scheduler.get({ key: 'payment-deadline:42' }))?.state).toBe('scheduled');

    // The same order once more: the insert is refused, and the deadline with it.
    await scheduler.cancel({ key: 'payment-deadline:42' });
    await errorOf(() => orders.place('42'));
    expect((await scheduler.counts()).scheduled).toBe(0);
    await nest.close();
    database.close();
  });
});
