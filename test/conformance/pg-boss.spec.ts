import pg from 'pg';
import type { Capability } from 'nestjs-eventflow-jobs';
import { migratePgBossSchema, pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { type ConformanceSubject, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { beforeAll, describe, it } from 'vitest';
import { PostgresServer } from '../../tools/servers/postgres/server.mjs';
import { LOCAL } from './capabilities.js';

const capabilities: Capability[] = [...LOCAL, 'durable', 'transaction', 'distributed'];

let server: PostgresServer;
/** The schema takes longer to make than most cases take. */
let prepared: Awaited<ReturnType<PostgresServer['createDatabase']>>;
beforeAll(async () => {
  server = await PostgresServer.start({ inMemory: true });
  prepared = await server.createDatabase();
  await migratePgBossSchema({ connectionString: prepared.url });
  return () => server.close();
}, 60_000);

const subject = (transactionalWork: boolean): ConformanceSubject => ({
  name: 'pgBossScheduler()',
  capabilities: transactionalWork ? [...capabilities, 'transactional-work'] : capabilities,
  async setUp() {
    const { url, drop } = await server.createDatabase({ like: prepared });
    return {
      scheduler: () => pgBossScheduler({ connectionString: url, transactionalWork, lease: '3s', max: 20 }),
      async transaction(end, work) {
        const client = new pg.Client(url);
        await client.connect();
        await client.query('BEGIN');
        await work(client);
        await client.query(end);
        await client.end();
      },
      async outage(work) {
        server.pause();
        try {
          await work();
        } finally {
          server.resume();
        }
      },
      tearDown: () => drop(),
    };
  },
});

describe('pgBossScheduler()', () => {
  for (const { name, skip, run } of jobSchedulerConformance(subject(false))) {
    it.skipIf(skip !== undefined)(name, run);
  }
});

describe('pgBossScheduler({ transactionalWork: true })', () => {
  for (const { name, skip, run } of jobSchedulerConformance(subject(true))) {
    it.skipIf(skip !== undefined)(name, run);
  }
});
