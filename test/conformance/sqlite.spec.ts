import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Capability } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { type ConformanceSubject, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { describe, it } from 'vitest';
import { LOCAL } from './capabilities.js';

const capabilities: Capability[] = [...LOCAL, 'durable', 'transaction', 'distributed'];

const subject = (transactionalWork: boolean): ConformanceSubject => ({
  name: 'sqliteScheduler()',
  capabilities: transactionalWork ? [...capabilities, 'transactional-work'] : capabilities,
  setUp: () => {
    const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
    const file = join(folder, 'jobs.db');
    return {
      scheduler: () => sqliteScheduler({ file, transactionalWork }),
      async transaction(end, work) {
        const database = new DatabaseSync(file);
        database.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE');
        await work(database);
        database.exec(end);
        database.close();
      },
      async outage(work) {
        const other = new DatabaseSync(file);
        other.exec('PRAGMA busy_timeout = 5000; BEGIN EXCLUSIVE');
        await work();
        other.exec('ROLLBACK');
        other.close();
      },
      tearDown: () => rmSync(folder, { recursive: true }),
    };
  },
});

describe('sqliteScheduler()', () => {
  for (const { name, skip, run } of jobSchedulerConformance(subject(false))) {
    it.skipIf(skip !== undefined)(name, run);
  }
});

describe('sqliteScheduler({ transactionalWork: true })', () => {
  for (const { name, needs, run } of jobSchedulerConformance(subject(true))) {
    // The others let two attempts run at once, which the one writer of a file cannot.
    const isToRun =
      needs.includes('transaction') || needs.includes('transactional-work') || name.startsWith('8. ');
    it.runIf(isToRun && !needs.includes('queues') && !needs.includes('pause'))(name, run);
  }
});
