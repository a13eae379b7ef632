#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { messageOf } from '../../jobs/thrown.js';
import { migratePgBossSchema } from './migrate.js';
import { DEFAULT_SCHEMA } from './pg-boss.options.js';

const HELP = `npx eventflow-jobs-pg-boss migrate [--schema NAME] [--connection-string URL]

Makes the schema that pgBossScheduler() needs, or brings it up to date.

  --schema NAME            the PostgreSQL schema: ${DEFAULT_SCHEMA}
  --connection-string URL  instead of DATABASE_URL`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { schema: { type: 'string' }, 'connection-string': { type: 'string' } },
});
const connectionString = values['connection-string'] ?? process.env.DATABASE_URL;

if (positionals.join() !== 'migrate' || connectionString === undefined) {
  process.stderr.write(`${HELP}\n`);
  process.exitCode = 2;
} else {
  try {
    const { schema = DEFAULT_SCHEMA } = values;
    await migratePgBossSchema({ connectionString, schema });
    process.stdout.write(`Schema ${schema} is up to date.\n`);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
