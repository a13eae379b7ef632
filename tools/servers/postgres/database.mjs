// @ts-check
import { randomBytes } from 'node:crypto';
import pg from 'pg';

/**
 * A new, empty database.
 * @typedef {object} Database
 * @property {string} url
 * @property {() => Promise<void>} drop also ends its connections
 */

/**
 * @param {string} server the URL of any database of the server, of a user who may create others
 * @param {object} [options]
 * @param {Database} [options.like] to begin as a copy of this one, to which nobody may be connected meanwhile
 * @returns {Promise<Database>}
 */
export async function createDatabase(server, { like } = {}) {
  const name = `eventflow_${randomBytes(8).toString('hex')}`;
  const template = like ? ` TEMPLATE ${new URL(like.url).pathname.slice(1)}` : '';
  await query(server, `CREATE DATABASE ${name}${template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => query(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/**
 * Runs one statement on a connection of its own.
 * @param {string} connectionString
 * @param {string} statement
 */
export async function query(connectionString, statement) {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // the statement rejects with the same
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end().catch(() => {});
  }
}
