import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import { Cluster } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startModules } from '../support/app.js';
import { createDatabase } from '../support/postgres.js';
import { redisClient, startRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { api, mailWorker, postgresPart, redisPart } from './scaling-out.snippets.js';

class NoteCommand {
  constructor(readonly text: string) {}
}
@Injectable()
class Notes {
  readonly texts: string[] = [];
}
@CommandHandler(NoteCommand)
class NoteHandler {
  constructor(private readonly notes: Notes) {}
  async execute({ text }: NoteCommand) {
    this.notes.texts.push(text);
  }
}
async function start(modules: ReturnType<typeof api>) {
  const app = await startModules([CqrsModule.forRoot(), ...modules], { providers: [Notes, NoteHandler] });
  return { ...app, texts: app.nest.get(Notes).texts };
}

it('one process schedules, another works, on its queue only', async () => {
  const { url } = await startRedis();
  const producer = await start(api(url));
  const worker = await start(mailWorker(url));
  const other = await producer.commands.scheduleNow(new NoteCommand('other'));
  await producer.commands.scheduleNow(new NoteCommand('mail'), { queue: 'mail' });
  await until(() => worker.texts.length > 0, 'the mail');
  await producer.commands.scheduleNow(new NoteCommand('more mail'), { queue: 'mail' });
  await until(() => worker.texts.length > 1, 'more mail');
  expect([producer.texts, worker.texts]).toEqual([[], ['mail', 'more mail']]);
  expect(await producer.scheduler.get(other)).toMatchObject({ state: 'scheduled' });
}, 60_000);

it('on a cluster each prefix lies in a slot of its own, whole', async () => {
  const server = await startRedis({
    settings: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' },
  });
  const client = redisClient(server.url);
  await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until(async () => (await client.cluster('INFO')).includes('cluster_state:ok'), 'the cluster');
  const cluster = new Cluster([server.url]);
  cluster.on('error', () => {});
  onTestFinished(() => cluster.disconnect());

  const parts = await Promise.all(['eu', 'us'].map((part) => start(redisPart(cluster, part))));
  for (const [index, { commands }] of parts.entries())
    await commands.scheduleNow(new NoteCommand(`${index}`), { key: 'the same' });
  await until(() => parts.every(({ texts }) => texts.length > 0), 'both');
  expect(parts.map(({ texts }) => texts)).toEqual([['0'], ['1']]);

  const slots = new Map<string, Set<unknown>>();
  for (const key of await client.keys('*')) {
    const tag = /\{.*?\}/.exec(key)![0];
    slots.set(tag, (slots.get(tag) ?? new Set()).add(await client.cluster('KEYSLOT', key)));
  }
  expect([...slots.keys()].toSorted()).toEqual(['{jobs-eu}', '{jobs-us}']);
  const [eu, us] = [...slots.values()].map((ofTag) => [...ofTag]);
  expect([eu!.length, us!.length]).toEqual([1, 1]);
  expect(eu).not.toEqual(us);
}, 60_000);

it('on PostgreSQL each schema is a store of its own', async () => {
  const url = await createDatabase();
  const parts = [await start(postgresPart(url, 'eu')), await start(postgresPart(url, 'us'))];
  for (const [index, { commands }] of parts.entries())
    await commands.scheduleNow(new NoteCommand(`${index}`), { key: 'the same' });
  await until(() => parts.every(({ texts }) => texts.length > 0), 'both');
  expect(parts.map(({ texts }) => texts)).toEqual([['0'], ['1']]);
  for (const { nest } of parts) await nest.close();
}, 60_000);

describe('the arithmetic of docs/scaling-out.md', () => {
  const read = (name: string) => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');
  const A_DAY = 1_000_000_000 / 86_400;
  const measured = (name: string) => {
    const row = new RegExp(`^\\| ${name.replaceAll('.', '\\.')} +\\| ([\\d,]+) \\(`, 'm').exec(
      read('performance'),
    );
    return Number(row![1]!.replaceAll(',', ''));
  };
  const rowOf = (title: string) => {
    const row = read('scaling-out')
      .split('\n')
      .find((line) => line.startsWith(`| ${title}`));
    return row!
      .split('|')
      .slice(2, 4)
      .map((cell) => Number.parseFloat(cell.replaceAll(',', '')));
  };

  it('follows from the figures of docs/performance.md', () => {
    const engines = ['pg', 'redis'];
    const scheduled = engines.map((engine) => measured(`${engine}.schedule.burst`));
    const run = engines.map((engine) => measured(`${engine}.run`));
    const each = engines.map((_, i) => 1e6 / scheduled[i]! + 1e6 / run[i]!);
    const parts = (rate: number) => each.map((micros) => Math.ceil((rate * micros) / 1e6));

    expect(rowOf('scheduled a second')).toEqual(scheduled);
    expect(rowOf('run a second')).toEqual(run);
    expect(rowOf('both for one job')).toEqual(each.map(Math.round));
    expect(rowOf('so, jobs a second')).toEqual(each.map((micros) => Math.round(1e6 / micros)));
    expect(rowOf('parts of two cores each, evenly')).toEqual(parts(A_DAY));
    expect(rowOf('parts of two cores each, in the busiest')).toEqual(parts(A_DAY * 3));
    for (const figure of [
      A_DAY,
      Math.round(A_DAY) * 3,
      ...engines.map((one) => measured(`${one}.schedule.sequential`)),
    ])
      expect(read('scaling-out')).toContain(Math.round(figure).toLocaleString('en'));
  });
});
