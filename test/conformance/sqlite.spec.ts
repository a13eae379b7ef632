import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Capability } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { type ConformanceSubject, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { describe, it } from 'vitest';

const capabilities: Capability[] = [
  'durable',
  'delay',
  'cancel',
  'reschedule',
  'query',
  'key',
  'recurring',
  'retry',
  'priority',
  'queues',
  'rate-limit',
  'pause',
  'distributed',
];

const subject: ConformanceSubject = {
  name: 'sqliteScheduler()',
  capabilities,
  setUp: () => {
    const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
    const file = join(folder, 'jobs.db');
    return {
      scheduler: () => sqliteScheduler({ file }),
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
};

describe('sqliteScheduler()', () => {
  for (const { name, skip, run } of jobSchedulerConformance(subject)) {
    it.skipIf(skip !== undefined)(name, run);
  }
});
