import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import type { SchedulerFactory } from '../../scheduling/scheduler-factory.js';

/** `source`: nothing is to be made there that is not there yet. */
export type Role = 'source' | 'target';

/** Where a scheduler keeps its entries, as it was given on the command line. */
export interface StoreAddress {
  /** For people: without password. */
  readonly label: string;
  /** What may stand in an error of the driver, and is not to be shown. */
  readonly secrets: readonly string[];
  /** Drivers are loaded here: only those that are needed have to be installed. */
  factory(role: Role): Promise<SchedulerFactory>;
}

const FORMS =
  'sqlite:./data/jobs.db, postgres://..., redis://... or a JavaScript file that exports a scheduler';
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/** @throws {EventFlowJobsError} where it is none of the forms that there are. */
export function storeAddress(given: string): StoreAddress {
  const scheme = SCHEME.exec(given)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'sqlite':
      return sqliteAddress(given.slice('sqlite:'.length).replace(/^\/\//, ''));
    case 'postgres':
    case 'postgresql':
      return postgresAddress(given);
    case 'redis':
    case 'rediss':
      return redisAddress(given);
    case undefined:
      return moduleAddress(given);
    default:
      throw new EventFlowJobsError(`There is no scheduler for '${scheme}:': give ${FORMS}.`);
  }
}

/** @throws {EventFlowJobsError} where both are one store. */
export function assertDifferent(from: StoreAddress, to: StoreAddress): void {
  if (from.label !== to.label) return;
  throw new EventFlowJobsError(`Source and target are the same: ${from.label}.`);
}

/** What a driver says may hold them. */
export function withoutSecrets(text: string, ...addresses: readonly StoreAddress[]): string {
  return addresses
    .flatMap(({ secrets }) => secrets)
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

function sqliteAddress(path: string): StoreAddress {
  if (path === '') throw new EventFlowJobsError('sqlite: needs a file behind it: sqlite:./data/jobs.db.');
  const file = resolve(path);
  return {
    label: `sqlite:${existsSync(file) ? realpathSync(file) : file}`,
    secrets: [],
    async factory(role) {
      if (role === 'source' && !existsSync(file)) throw new EventFlowJobsError(`${file} is not there.`);
      const { sqliteScheduler } = await import('../../schedulers/local/sqlite/index.js');
      return sqliteScheduler({ file });
    },
  };
}

function postgresAddress(given: string): StoreAddress {
  const { url, rest, option, secrets } = parts(given, 'schema');
  const schema = option ?? 'pgboss';
  return {
    label: `${labelOf(url)}?schema=${schema}`,
    secrets,
    async factory(role) {
      const { pgBossScheduler } = await import('../../schedulers/pg-boss/index.js');
      return pgBossScheduler({ connectionString: rest, schema, migrate: role === 'target' });
    },
  };
}

function redisAddress(given: string): StoreAddress {
  const { url, rest, option, secrets } = parts(given, 'prefix');
  return {
    label: `${labelOf(url)}${option === undefined ? '' : `?prefix=${option}`}`,
    secrets,
    async factory() {
      const { bullMqScheduler } = await import('../../schedulers/bullmq/index.js');
      return bullMqScheduler({ connection: rest, ...(option !== undefined && { prefix: option }) });
    },
  };
}

function moduleAddress(path: string): StoreAddress {
  const file = resolve(path);
  if (!existsSync(file)) throw new EventFlowJobsError(`${file} is not there: give ${FORMS}.`);
  return {
    label: realpathSync(file),
    secrets: [],
    async factory() {
      const exported = (await import(pathToFileURL(file).href)) as { default?: unknown };
      const found = [exported.default, (exported.default as { default?: unknown })?.default].find(isFactory);
      if (found) return found;
      throw new EventFlowJobsError(
        `${file} has no scheduler as its default export: \`export default sqliteScheduler({ ... })\`, say.`,
      );
    },
  };
}

function isFactory(value: unknown): value is SchedulerFactory {
  return typeof (value as SchedulerFactory | undefined)?.create === 'function';
}

/** The option of ours is taken out: the driver does not know it. */
function parts(given: string, name: string) {
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    // Not the URL itself: there may be a password in it.
    throw new EventFlowJobsError(
      `The ${SCHEME.exec(given)![1]} URL cannot be read: encode what is special in its password by percent signs.`,
    );
  }
  const option = url.searchParams.get(name) ?? undefined;
  const asked = [url.password, decoded(url.password), url.searchParams.get('password') ?? ''];
  const secrets = asked.filter((text) => text !== '');
  if (option === undefined) return { url, rest: given, option, secrets };
  if (option === '') throw new EventFlowJobsError(`?${name}= is empty: name it, or leave it out.`);
  const rest = new URL(url);
  rest.searchParams.delete(name);
  return { url, rest: rest.href, option, secrets };
}

/** Not its parameters: there may be a password in them. */
function labelOf({ protocol, username, host, pathname }: URL): string {
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
