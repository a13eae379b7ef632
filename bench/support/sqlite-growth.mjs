import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { SendReminder, allHandled, schedulersOf, startApp } from './app.mjs';

const WEEK = 7 * 24 * 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

async function fileWith(stored) {
  const file = join(folder, `${stored}.db`);
  if (existsSync(file)) return file;
  const app = await startApp({ scheduler: sqliteScheduler({ file }), worker: false });
  await storeDue(app, stored, WEEK);
  await app.close();
  return file;
}

async function storeDue(app, count, delay) {
  const { commands } = schedulersOf(app);
  for (let i = 0; i < count; i += 1_000) {
    const calls = [];
    for (let j = i; j < Math.min(i + 1_000, count); j++)
      calls.push(commands.schedule(new SendReminder(j), delay));
    await Promise.all(calls);
  }
}

/** As the file was before: what has run is taken away. */
function forgetFinished(file) {
  const database = new DatabaseSync(file);
  database.exec(`
    BEGIN IMMEDIATE;
    DELETE FROM eventflow_jobs_entries WHERE finished_at IS NOT NULL AND finished_at < unixepoch() * 2000;
    UPDATE eventflow_jobs_counts SET count = 0 WHERE state = 2;
    COMMIT;
    PRAGMA wal_checkpoint(TRUNCATE);
  `);
  database.close();
}

/** Start, schedule and run while so many other entries lie in the file, due later. */
export const measureWith = (stored) => async (size) => {
  const file = await fileWith(stored);
  const began = performance.now();
  const producer = await startApp({ scheduler: sqliteScheduler({ file }), worker: false });
  const started = performance.now();
  await storeDue(producer, size, 0);
  const scheduled = performance.now();
  await producer.close();
  const done = allHandled(size);
  const worker = await startApp({ scheduler: sqliteScheduler({ file }), worker: { concurrency: 50 } });
  const { scheduler } = schedulersOf(worker);
  const firstAt = await done;
  while ((await scheduler.counts()).succeeded < size) await new Promise((resolve) => setImmediate(resolve));
  const ran = performance.now();
  await worker.close();
  forgetFinished(file);
  return {
    schedule: size / ((scheduled - started) / 1000),
    run: size / ((ran - firstAt) / 1000),
    starts: 1000 / (started - began),
  };
};
