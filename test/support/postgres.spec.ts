import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDatabase, startPostgres } from './postgres.js';
import { until } from './until.js';

const ofTheFile = await createDatabase();
const server = await startPostgres();

async function connect(connectionString: string, connectionTimeoutMillis = 10_000): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis });
  client.on('error', () => {}); // the server is stopped under it
  onTestFinished(() => client.end());
  await client.connect();
  return client;
}

async function rows(url: string, statement: string): Promise<unknown[]> {
  const client = await connect(url);
  return (await client.query(statement)).rows;
}

describe('A database for a test', () => {
  it('is apart from any other', async () => {
    const [one, other] = [await createDatabase(), await createDatabase()];
    await rows(one, 'CREATE TABLE t (n int)');
    const ask = "SELECT to_regclass('t') AS t";
    expect(await rows(one, ask)).toEqual([{ t: 't' }]);
    expect(await rows(other, ask)).toEqual([{ t: null }]);
    expect(await rows(ofTheFile, ask)).toEqual([{ t: null }]);
  });

  it('writes to disk as in production', async () => {
    expect(await rows(ofTheFile, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
  });
});

describe('A server of a test', () => {
  it.each(['fast', 'immediate'] as const)('comes back with all that was committed: %s', async (mode) => {
    await rows(server.url, `CREATE TABLE ${mode} (n int)`);
    await server.stop(mode);
    await expect(connect(server.url)).rejects.toThrow('ECONNREFUSED');
    await server.start();
    expect(await rows(server.url, `SELECT count(*)::int AS n FROM ${mode}`)).toEqual([{ n: 0 }]);
  });

  it('does not answer while it is frozen', async () => {
    const client = await connect(server.url);
    server.pause();
    const answer = client.query('SELECT 1').then(() => 'answered');
    try {
      expect(await Promise.race([answer, sleep(500, 'silent')])).toBe('silent');
      await expect(connect(server.url, 500)).rejects.toThrow('timeout');
    } finally {
      server.resume();
    }
    expect(await answer).toBe('answered');
  });

  it('runs from the npm package where the machine has none', async () => {
    const fromNpm = await startPostgres({ places: [] });
    expect(await rows(fromNpm.url, 'SELECT version()')).toEqual([
      { version: expect.stringContaining('PostgreSQL 18') },
    ]);
  });

  it('goes with the process that started it, even by kill -9 and while it is frozen', async () => {
    const script = `
      import { PostgresServer } from './tools/servers/postgres/server.mjs';
      import pg from 'pg';
      const server = await PostgresServer.start();
      const client = new pg.Client(server.url);
      await client.connect();
      const { rows } = await client.query('SHOW data_directory');
      console.log(JSON.stringify({ url: server.url, data: rows[0].data_directory }));
      server.pause();
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const { url, data } = JSON.parse(await text(child.stdout));
    expect(await ended).toEqual([null, 'SIGKILL']);
    await until(() => !existsSync(data), 'the folder to be gone');
    await expect(connect(url)).rejects.toThrow('ECONNREFUSED');
  });
});
