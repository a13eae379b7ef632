import pg from 'pg';

/** Of connections that are opened at once: the server makes a process for each. */
const AT_ONCE = 20;
const TAKE_AGAIN = 20;

/**
 * Takes every connection that the server has, those of the processes included, and each that becomes free.
 *
 * @returns what gives them back.
 */
export async function occupyConnections({ server, url }) {
  const held = new Set();
  const take = async () => {
    const client = new pg.Client(server.url);
    client.on('error', () => {}); // the server says that it ends it
    try {
      await client.connect();
      held.add(client);
      return true;
    } catch {
      await client.end().catch(() => {});
      return false;
    }
  };
  const takeAll = async () => {
    while ((await Promise.all(Array.from({ length: AT_ONCE }, take))).every(Boolean));
  };
  await takeAll();
  const [first] = held;
  await first.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
    new URL(url).pathname.slice(1),
  ]);
  await takeAll();
  let taking = Promise.resolve();
  const again = setInterval(() => {
    taking = taking.then(take);
  }, TAKE_AGAIN);
  return async () => {
    clearInterval(again);
    await taking;
    await Promise.all([...held].map((client) => client.end()));
  };
}

/**
 * Changes a setting of the whole server: at once, also for the connections that are open.
 *
 * @returns what sets it back.
 */
export async function setOnServer({ server }, name, value) {
  const change = async (statement) => {
    // Whatever is set, this one connection goes on as before.
    const client = new pg.Client({ connectionString: server.url, options: '-c statement_timeout=0' });
    await client.connect();
    await client.query(statement);
    await client.query('SELECT pg_reload_conf()');
    await client.end();
  };
  await change(`ALTER SYSTEM SET ${name} = '${value}'`);
  return () => change(`ALTER SYSTEM RESET ${name}`);
}
