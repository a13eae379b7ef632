import { InvalidScheduleError } from '../../scheduling/invalid-schedule.error.js';
import type { Executor } from './access.js';
import { loadAdapters, loadDrizzleSql } from './drivers.js';

type Query = (text: string, values?: unknown[]) => Promise<unknown>;

const SAVEPOINT = 'eventflow_jobs';
/** What PostgreSQL answers to a savepoint where no transaction is open. */
const NO_TRANSACTION = '25P01';

/**
 * Runs SQL in the caller's own transaction: of a `pg` client, Drizzle, Knex, Kysely, Prisma, TypeORM or pg-boss. They are
 * known by their shapes: none of them needs to be installed.
 *
 * @throws {InvalidScheduleError} where it is none of them, or where no transaction is open: what is written then would
 * stay, whatever became of the caller's transaction.
 */
export async function callersTransaction(given: unknown): Promise<Executor> {
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) throw unknownKind();
  const transaction = given as Record<string, unknown>;
  const can = (name: string) => typeof transaction[name] === 'function';
  if (can('executeSql')) {
    assertOpen(!can('beginTransaction'), 'what its beginTransaction() gives');
    return given as Executor;
  }
  if (can('$queryRawUnsafe')) {
    assertOpen(!can('$connect'), 'what $transaction() gives to its callback');
    return (await loadAdapters()).fromPrisma(given as never);
  }
  if (can('raw')) {
    assertOpen(transaction.isTransaction === true, 'what knex.transaction() gives');
    return (await loadAdapters()).fromKnex(given as never);
  }
  if (can('executeQuery')) {
    assertOpen(transaction.isTransaction === true, 'what transaction().execute() gives to its callback');
    return (await loadAdapters()).fromKysely(given as never);
  }
  if (can('execute')) {
    assertOpen(can('rollback'), 'what db.transaction() gives to its callback');
    return (await loadAdapters()).fromDrizzle(given as never, (await loadDrizzleSql()) as never);
  }
  if (!can('query')) throw unknownKind();
  return ofQuery(transaction as { query: Query });
}

/** All of it, or as if it had never been called: the caller may go on in the transaction. */
export async function inSavepoint<T>(transaction: Executor, run: () => Promise<T>): Promise<T> {
  await transaction.executeSql(`SAVEPOINT ${SAVEPOINT}`);
  try {
    const result = await run();
    await transaction.executeSql(`RELEASE SAVEPOINT ${SAVEPOINT}`);
    return result;
  } catch (error) {
    await transaction.executeSql(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`);
    await transaction.executeSql(`RELEASE SAVEPOINT ${SAVEPOINT}`);
    throw error;
  }
}

/** A `pg` client gives a result with rows; TypeORM's manager and query runner give the rows. */
async function ofQuery(client: { query: Query }): Promise<Executor> {
  const executor: Executor = {
    async executeSql(text, values) {
      const result = await client.query(text, values);
      return Array.isArray(result) ? { rows: result } : (result as { rows: unknown[] });
    },
  };
  if (!('getTransactionStatus' in client)) await assertOpenByAsking(client, executor);
  else {
    const status = (client.getTransactionStatus as () => string | null)();
    assertOpen(status !== 'I' && status !== null, 'the client that you have begun one on');
  }
  return executor;
}

/** A pool, TypeORM's, or a client of a `pg` that does not say. */
async function assertOpenByAsking(client: object, executor: Executor): Promise<void> {
  assertOpen(!('totalCount' in client), 'the client that you have connected, and begun one on');
  // Of TypeORM: the data source, its manager, one of a transaction, a query runner.
  const runner = 'queryRunner' in client ? client.queryRunner : client;
  const { isTransactionActive } = (runner ?? {}) as { isTransactionActive?: unknown };
  const isTypeOrm = 'queryRunner' in client || 'isInitialized' in client || isTransactionActive !== undefined;
  if (isTypeOrm)
    return assertOpen(isTransactionActive === true, 'the manager that dataSource.transaction() gives');
  try {
    await inSavepoint(executor, async () => {});
  } catch (error) {
    assertOpen(
      (error as { code?: unknown }).code !== NO_TRANSACTION,
      'the client that you have begun one on',
    );
    throw error;
  }
}

function assertOpen(isOpen: boolean, mend: string): void {
  if (isOpen) return;
  throw new InvalidScheduleError(
    `\`transaction\` is none that is open: pass ${mend}, or leave \`transaction\` out.`,
  );
}

function unknownKind(): InvalidScheduleError {
  return new InvalidScheduleError(
    '`transaction` takes a pg client, or what Drizzle, Knex, Kysely, Prisma or TypeORM give to a transaction callback.',
  );
}
