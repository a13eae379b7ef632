import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { CommandBus } from '@nestjs/cqrs';
import { PgBoss, fromPglite } from 'pg-boss';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { SendReminder, allHandled, schedulersOf, startApp } from './app.mjs';

const WEEK = 7 * 24 * 3_600_000;
const AT_ONCE = 1_000;

const each = (size, call) => Promise.all(Array.from({ length: size }, (_, i) => call(i)));

/** Gives a new folder's path, and takes away what was written there. */
export async function withFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-bench-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An app with a store of its own in a folder: `schedule` stores as many for a week later, `run` as many for now. */
export async function startSqlite(folder) {
  const scheduler = sqliteScheduler({ file: join(folder, 'jobs.db') });
  const app = await startApp({ scheduler, worker: { concurrency: 50 } });
  const { commands } = schedulersOf(app);
  return {
    schedule: (size) => each(size, (i) => commands.schedule(new SendReminder(i), WEEK)),
    async run(size) {
      const done = allHandled(size);
      await each(size, (i) => commands.schedule(new SendReminder(i), 0));
      await done;
    },
    close: () => app.close(),
  };
}

/** pg-boss on PostgreSQL compiled to WebAssembly. It never syncs its files. */
export async function startPglite(folder) {
  const pglite = await PGlite.create(join(folder, 'pglite'));
  const boss = new PgBoss({ db: fromPglite(pglite), backend: 'pglite' });
  boss.on('error', () => {});
  await boss.start();
  await boss.createQueue('reminders');
  const app = await startApp();
  const bus = app.get(CommandBus);
  const store = async (size, options) => {
    for (let i = 0; i < size; i += AT_ONCE) {
      const count = Math.min(AT_ONCE, size - i);
      await boss.insert(
        'reminders',
        Array.from({ length: count }, (_, j) => ({ data: new SendReminder(i + j), ...options })),
      );
    }
  };
  const work = (jobs) =>
    Promise.all(
      jobs.map(({ data }) => bus.execute(Object.assign(Object.create(SendReminder.prototype), data))),
    );
  return {
    schedule: (size) => store(size, { startAfter: new Date(Date.now() + WEEK) }),
    async run(size) {
      const done = allHandled(size);
      await boss.work(
        'reminders',
        { batchSize: 100, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 },
        work,
      );
      await store(size, {});
      await done;
    },
    async close() {
      await boss.stop({ graceful: false });
      await pglite.close();
      await app.close();
    },
  };
}
