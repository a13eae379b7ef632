import { randomUUID } from 'node:crypto';
import type { Capability } from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { type ConformanceSubject, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { beforeAll, describe, it } from 'vitest';
import { RedisServer } from '../../tools/servers/redis/server.mjs';
import { LOCAL } from './capabilities.js';

const capabilities: Capability[] = [...LOCAL, 'durable', 'distributed'];

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
  return () => server.close();
}, 60_000);

const subject: ConformanceSubject = {
  name: 'bullMqScheduler()',
  capabilities,
  setUp() {
    // Of each case its own: nothing of the others is seen.
    const prefix = randomUUID();
    return {
      scheduler: () => bullMqScheduler({ connection: server.url, prefix, lease: '3s' }),
      async outage(work) {
        server.pause();
        try {
          await work();
        } finally {
          server.resume();
        }
      },
    };
  },
};

describe('bullMqScheduler()', () => {
  for (const { name, skip, run } of jobSchedulerConformance(subject)) {
    it.skipIf(skip !== undefined)(name, run);
  }
});
