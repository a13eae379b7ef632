import { InvalidScheduleError } from '../../scheduling/invalid-schedule.error.js';
import type { Executor } from './access.js';
import { loadAdapters, loadDrizzleSql } from './drivers.js';

/** What the libraries hand to a transaction's callback, known by the shape: none of them needs to be installed. */
interface Transactions {
  executeSql?: unknown;
  executeQuery?: unknown;
  execute?: unknown;
  $queryRawUnsafe?: unknown;
  raw?: unknown;
  query?: unknown;
  totalCount?: unknown;
  getTransactionStatus?: () => string | null;
}

/**
 * Runs SQL in the caller's own transaction: of a `pg` client, Drizzle, Knex, Kysely, Prisma, TypeORM or pg-boss.
 *
 * @throws {InvalidScheduleError} where it is none of them, or where no transaction is open.
 */
export async function callersTransaction(given: unknown): Promise<Executor> {
  const can = (name: keyof Transactions) => typeof (given as Transactions)[name] === 'function';
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) throw unknownKind();
  const transaction = given as Transactions;
  if (can('executeSql')) return given as Executor;
  const adapters = await loadAdapters();
  if (can('$queryRawUnsafe')) return adapters.fromPrisma(given as never);
  if (can('raw')) return adapters.fromKnex(given as never);
  if (can('executeQuery')) return adapters.fromKysely(given as never);
  if (can('execute')) return adapters.fromDrizzle(given as never, (await loadDrizzleSql()) as never);
  if (!can('query')) throw unknownKind();
  if (transaction.totalCount !== undefined) {
    throw new InvalidScheduleError(
      'A pool is no transaction: pass the client that you have connected and begun one on.',
    );
  }
  if (can('getTransactionStatus') && transaction.getTransactionStatus!() === 'I') {
    throw new InvalidScheduleError(
      'No transaction is open on that client: begin one, or leave `transaction` out.',
    );
  }
  return fromClient(given as { query: (text: string, values?: unknown[]) => Promise<unknown> });
}

/** A `pg` client gives a result with rows; TypeORM's manager and query runner give the rows. */
function fromClient(client: { query: (text: string, values?: unknown[]) => Promise<unknown> }): Executor {
  return {
    async executeSql(text, values) {
      const result = await client.query(text, values);
      return Array.isArray(result) ? { rows: result } : (result as { rows: unknown[] });
    },
  };
}

function unknownKind(): InvalidScheduleError {
  return new InvalidScheduleError(
    '`transaction` takes a pg client, or what Drizzle, Knex, Kysely, Prisma or TypeORM give to a transaction callback.',
  );
}
