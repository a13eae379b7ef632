import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import type { Database } from './database.js';
import type { DatabaseConfig } from './database.config.js';

const logger = new Logger('Database');

/** With a URL PostgreSQL, else a file. */
export function openDatabase({ url, file }: DatabaseConfig): Database {
  logger.log(`Orders lie in ${url ? 'PostgreSQL' : file}`);
  return url ? openPool(url) : openFile(file);
}

function openPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString });
  // The pool replaces a connection that is lost while it idles; without a listener its error would end the process.
  pool.on('error', ({ message }) => logger.warn(`A connection was lost: ${message}`));
  return pool;
}

function openFile(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  // Other processes may have the file open: their writes are waited for, for a second.
  database.exec('PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL');
  return database;
}
