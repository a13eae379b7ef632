import { expect, it } from 'vitest';
import { recordLog } from '../../support/log.js';
import { startRedis } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { NoteJob, ran, startOn } from './support/note.job.js';

const AOF = /^warn: .*append-only file.*`appendonly yes`/;
const EVICTION = /^warn: .*evicts.*allkeys-lru.*`maxmemory-policy noeviction`/;

it.each([
  ['no append-only file', { appendonly: 'no' }, [AOF]],
  ['an eviction policy', { 'maxmemory-policy': 'allkeys-lru' }, [EVICTION]],
  ['both', { appendonly: 'no', 'maxmemory-policy': 'allkeys-lru' }, [AOF, EVICTION]],
  ['neither', {}, []],
])('a Redis with %s is warned of at the start, once', async (_, settings, expected) => {
  const server = await startRedis({ settings });
  const log = recordLog();

  const { scheduler, nest } = await startOn({ connection: server.url, prefix: 'p' });
  await scheduler.scheduleNow(new NoteJob('a'));
  await until(() => ran.includes('a'));
  // A reconnect is no start.
  await server.stop();
  await server.start();
  await until(() => scheduler.scheduleNow(new NoteJob('after')).catch(() => undefined));
  await nest.close();

  const warnings = log.filter((line) => AOF.test(line) || EVICTION.test(line));
  expect(warnings).toHaveLength(expected.length);
  expected.forEach((pattern, index) => expect(warnings[index]).toMatch(pattern));
});
