import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';
import { NoteJob, behaviours, forget, openPool, ran, startOn } from './support/note.job.js';

beforeEach(forget);

/** A network to the server that can be cut: what is connected breaks, and nothing new gets through. */
async function cuttable(url: string) {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let isCut = false;
  const proxy = createServer((socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    const onwards = connect(Number(port), hostname);
    for (const [from, to] of [
      [socket, onwards],
      [onwards, socket],
    ] as const) {
      open.add(from);
      from.on('error', () => {});
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((proxy.address() as { port: number }).port);
  return {
    url: through.href,
    cut() {
      isCut = true;
      for (const socket of open) socket.destroy();
      open.clear();
    },
    mend: () => void (isCut = false),
  };
}

it('a cut of all workers for longer than their lease costs none of them its entries: the first one back waits', async () => {
  const url = await createDatabase();
  const pool = openPool(url);
  const networks = [await cuttable(url), await cuttable(url)];
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  behaviours.set('long', () => finished);
  const apps: Awaited<ReturnType<typeof startOn>>[] = [];
  for (const network of networks) {
    const lease = '3s';
    apps.push(await startOn({ connectionString: network.url, lease }, { worker: { concurrency: 1 } }));
  }
  const ids = await apps[0]!.scheduler.scheduleMany([
    { job: new NoteJob('long') },
    { job: new NoteJob('long') },
  ]);
  await until(() => ran.length === 2, 'one attempt on each');
  const silent = async () => {
    const { rows } = await pool.query<{ silent: number }>(
      'SELECT count(*)::int AS silent FROM pgboss.eventflow_workers WHERE seen + lease < clock_timestamp()',
    );
    return rows[0]!.silent;
  };

  for (const network of networks) network.cut();
  await until(async () => (await silent()) === 2, 'the leases to end');
  networks[0]!.mend();
  await until(async () => (await silent()) === 1, 'the first to be back');
  // It has been around once more, and could have taken the other for dead.
  const seen = await pool.query('SELECT max(seen) AS seen FROM pgboss.eventflow_workers');
  await until(async () => {
    const { rows } = await pool.query('SELECT max(seen) > $1 AS later FROM pgboss.eventflow_workers', [
      (seen.rows as { seen: Date }[])[0]!.seen,
    ]);
    return (rows as { later: boolean }[])[0]!.later;
  }, 'its next round');
  networks[1]!.mend();
  await until(async () => (await silent()) === 0, 'the second to be back');
  finish();

  for (const id of ids) await until(async () => (await apps[0]!.scheduler.get(id))?.state === 'succeeded');
  expect(ran).toEqual(['long', 'long']);
}, 40_000);
