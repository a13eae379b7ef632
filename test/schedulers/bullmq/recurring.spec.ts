import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { watchCommands } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { useCompiledLibrary } from '../../support/compiled.js';
import { NoteJob, forget, ran, startOn } from './support/note.job.js';
import { SharedRedis } from './support/shared-redis.js';

const library = useCompiledLibrary();
beforeEach(forget);

const HOUR = 3_600_000;
const SLOW = { every: '1h' } as const;

it('of three processes that start at once with one declaration, one ticks: once a tick, at its time and not before', async () => {
  const shared = await SharedRedis.create(library.folder);
  const options = { recurring: { every: '1s', missed: 'skip' as const } };
  await Promise.all([shared.start(options), shared.start(options), shared.start(options)]);
  await expect.poll(() => shared.lines('tick').length, { timeout: 30_000 }).toBeGreaterThanOrEqual(6);

  const ticks = shared.lines('tick').map(({ name, at }) => ({ tick: Number(name), late: at - Number(name) }));

  const times = ticks.map(({ tick }) => tick).toSorted((a, b) => a - b);
  expect(times).toEqual(times.map((_, index) => times[0]! + index * 1_000));
  expect(Math.min(...ticks.map(({ late }) => late))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...ticks.map(({ late }) => late))).toBeLessThan(900);
}, 90_000);

it('60 calls at once from two apps leave one recurring job', async () => {
  const one = await startOn();
  const other = await startOn({ connection: one.connection, prefix: one.prefix });

  await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      (index % 2 ? one : other).scheduler.scheduleRecurring('r', new NoteJob('tick'), SLOW),
    ),
  );

  expect(await one.scheduler.listRecurring()).toHaveLength(1);
  expect(await one.client.hlen(`${one.prefix}:@recurring-next`)).toBe(1);
});

/** As time does. */
async function overdue({ client, prefix }: Awaited<ReturnType<typeof startOn>>): Promise<void> {
  await client.hincrby(`${prefix}:@recurring-next`, 'r', -HOUR - 1_000);
}

it('scheduled again while a tick is overdue, it does not lose the tick', async () => {
  const app = await startOn({}, { worker: false });
  await app.scheduler.scheduleRecurring('r', new NoteJob('tick'), SLOW);
  await overdue(app);

  for (let again = 0; again < 3; again++)
    await app.scheduler.scheduleRecurring('r', new NoteJob('tick'), SLOW);
  await startOn({ connection: app.connection, prefix: app.prefix });

  await until(() => ran.length > 0, 'the tick');
  expect(await app.scheduler.counts()).toMatchObject({ scheduled: 0 });
  expect(ran).toEqual(['tick']);
});

it('two apps that find the same tick overdue insert it once', async () => {
  const app = await startOn({}, { worker: false });
  await app.scheduler.scheduleRecurring('r', new NoteJob('tick'), SLOW);
  await overdue(app);

  const at = { connection: app.connection, prefix: app.prefix };
  const apps = await Promise.all([startOn(at), startOn(at), startOn(at)]);
  await until(() => ran.length > 0, 'the tick');
  for (const { scheduler } of apps) await scheduler.scheduleNow(new NoteJob('after'));
  await until(() => ran.filter((text) => text === 'after').length === 3);

  expect(ran.filter((text) => text === 'tick')).toHaveLength(1);
});

it('a changed schedule takes the place of the old one, in all apps', async () => {
  const one = await startOn({}, { worker: false });
  await startOn({ connection: one.connection, prefix: one.prefix });
  await one.scheduler.scheduleRecurring('r', new NoteJob('old'), { cron: '0 0 1 1 *' });

  await one.scheduler.scheduleRecurring('r', new NoteJob('new'), { cron: '* * * * * *' });
  await until(() => ran.length > 1, 'ticks of the new one');
  await one.scheduler.scheduleRecurring('r', new NoteJob('old again'), { cron: '0 0 1 1 *' });
  const ticks = ran.length;
  // A tick that was on its way, and then time for two more.
  await new Promise((resolve) => setTimeout(resolve, 2_500));

  expect(ran.length - ticks).toBeLessThanOrEqual(1);
  expect(new Set(ran)).toEqual(new Set(['new']));
  expect(await one.scheduler.listRecurring()).toHaveLength(1);
}, 30_000);

it('a tick that reaches the server after its caller gave it up does nothing, and so is not lost', async () => {
  const app = await startOn({}, { worker: false });
  const { scheduler, client, connection, prefix } = app;
  await scheduler.scheduleRecurring('r', new NoteJob('tick'), SLOW);
  const next = () => client.hget(`${prefix}:@recurring-next`, 'r');
  await overdue(app);
  const calls: string[][] = [];
  await watchCommands(connection, (call) => calls.push(call));
  const worker = await startOn({ connection, prefix });
  // evalsha, which, 1, the prefix, until when, all or none
  const call = await until(() => calls.find((one) => one[5] === 'all' && one.at(-4) === 'r'), 'the tick');
  await until(() => ran.length > 0);
  await worker.nest.close();
  await overdue(app);
  const before = (await next())!;

  const [command, ...args] = call;
  args[args.length - 3] = before;
  args[3] = String(Date.now() - 1);
  expect(await client.call(command!, args)).toEqual(['late', expect.any(String)]);
  expect(await next()).toBe(before);

  args[3] = String(Date.now() + 10_000);
  args[6] = randomUUID();
  expect(await client.call(command!, args)).toEqual(['stored', expect.any(String)]);
  expect(await next()).not.toBe(before);
});
