import { Cluster } from 'ioredis';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { startApp, startError } from '../../support/app.js';
import { redisClient, startRedis, watchCommands } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, ran } from './support/note.job.js';

beforeEach(forget);

/** A cluster of one node, which has all slots. */
async function startCluster() {
  const server = await startRedis({
    settings: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' },
  });
  const client = redisClient(server.url);
  await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until(async () => (await client.cluster('INFO')).includes('cluster_state:ok'), 'the cluster');
  return { server, client, node: { host: '127.0.0.1', port: Number(new URL(server.url).port) } };
}

function openCluster(node: { host: string; port: number }, options = {}): Cluster {
  const cluster = new Cluster([node], options);
  cluster.on('error', () => {});
  onTestFinished(() => cluster.disconnect());
  return cluster;
}

it.each([
  ['p', '{p}'],
  ['{p}', '{p}'],
  ['a{p}b', '{p}'],
  ['a{}{p}', '{a{}{p}}'],
])(
  'the main path works on a cluster, and every key and channel has its hash tag: prefix %s',
  async (prefix, tag) => {
    const { client, node } = await startCluster();
    const cluster = openCluster(node);
    const channels: string[] = [];
    await watchCommands(`redis://${node.host}:${node.port}`, ([command, channel]) => {
      if (/^(subscribe|publish)$/i.test(command!)) channels.push(channel!);
    });
    const scheduler = bullMqScheduler({ connection: cluster, prefix, lease: '1s' });
    const app = await startApp({ jobs: [NoteJob], scheduler });
    behaviours.set('failing', () => Promise.reject(new Error('no')));

    await app.scheduler.scheduleRecurring('r', new NoteJob('tick'), { every: '1s' });
    const later = await app.scheduler.schedule(new NoteJob('later'), '1h', { key: 'k', queue: 'other' });
    const failing = await app.scheduler.scheduleNow(new NoteJob('failing'), { attempts: 1 });
    await app.scheduler.scheduleMany([{ job: new NoteJob('a') }, { job: new NoteJob('b'), priority: 5 }]);
    await until(() => ['failing', 'a', 'b', 'tick'].every((text) => ran.includes(text)));
    await until(async () => (await app.scheduler.get(failing))?.state === 'failed');
    expect(await app.scheduler.cancel({ key: 'k' })).toBe(true);
    expect(await app.scheduler.retry(failing)).toBe(true);
    expect(await app.scheduler.get(later)).toMatchObject({ state: 'cancelled' });
    expect((await app.scheduler.list()).entries.length).toBeGreaterThanOrEqual(5);

    const keys = await client.keys('*');
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter((key) => !key.includes(tag))).toEqual([]);
    expect(new Set(await Promise.all(keys.map((key) => client.cluster('KEYSLOT', key)))).size).toBe(1);
    expect(channels.length).toBeGreaterThan(1);
    expect(channels.filter((channel) => !channel.includes(tag))).toEqual([]);
    await app.nest.close();
    // Left as it was.
    expect(await cluster.set('own', '1')).toBe('OK');
  },
  30_000,
);

it('a cluster with a keyPrefix is refused, also where it is among the options of its nodes', async () => {
  const { node } = await startCluster();

  for (const options of [{ keyPrefix: 'own:' }, { redisOptions: { keyPrefix: 'own:' } }]) {
    const connection = openCluster(node, options);
    const error = await startError({ scheduler: bullMqScheduler({ connection }) });
    expect(error.message).toMatch(/keyPrefix.*`prefix`/);
  }
});

it('a cluster that is down at first is waited for no longer than operationTimeout', async () => {
  const { server, node } = await startCluster();
  await server.stop();

  const connection = openCluster(node, { lazyConnect: true });
  const began = performance.now();
  const error = await startError({ operationTimeout: '1s', scheduler: bullMqScheduler({ connection }) });

  expect(error.name).toBe('SchedulerUnavailableError');
  // And what an app takes to start, beside its store.
  expect(performance.now() - began).toBeLessThan(1_000 + 1_000);
});
