import { PrismaPg } from '@prisma/adapter-pg';
import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { knex } from 'knex';
import { Kysely, PostgresDialect, sql as kyselySql } from 'kysely';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { createPool } from '../../../support/postgres.js';

/** A transaction as a library hands it over, and how its user writes rows of his own in it. */
interface Given {
  readonly transaction: unknown;
  insert(text: string): Promise<unknown>;
}

export interface OpenLibrary {
  /** Ends with a commit, or where `work` throws, with a rollback and that error. */
  transaction(work: (given: Given) => Promise<void>): Promise<unknown>;
  /** What looks much alike, and is no open transaction. */
  readonly outside: Readonly<Record<string, unknown>>;
  close(): Promise<unknown>;
}

type PrismaAdapter = Awaited<ReturnType<PrismaPg['connect']>>;
type PrismaTransaction = Awaited<ReturnType<PrismaAdapter['startTransaction']>>;
/** The kind of a column that Prisma's client parses. */
const PRISMA_JSON = 11;

const INSERT = 'INSERT INTO orders VALUES ';

async function onClient(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

const ofClient = (client: pg.ClientBase): Given => ({
  transaction: client,
  insert: (text) => client.query(`${INSERT} ($1)`, [text]),
});

export const LIBRARIES: Readonly<Record<string, (url: string) => Promise<OpenLibrary>>> = {
  async 'pg, a Client'(url) {
    const client = new pg.Client(url);
    await client.connect();
    return {
      transaction: (work) => onClient(client, () => work(ofClient(client))),
      outside: { 'a client without a transaction': client },
      close: () => client.end(),
    };
  },

  async 'pg, a PoolClient'(url) {
    const pool = createPool(url);
    const client = await pool.connect();
    return {
      transaction: (work) => onClient(client, () => work(ofClient(client))),
      outside: { 'a pool': pool, 'a client without a transaction': client },
      async close() {
        client.release();
        await pool.end();
      },
    };
  },

  async Drizzle(url) {
    const pool = createPool(url);
    const db = drizzle(pool);
    return {
      transaction: (work) =>
        db.transaction((tx) =>
          work({
            transaction: tx,
            insert: (text) => tx.execute(drizzleSql`INSERT INTO orders VALUES (${text})`),
          }),
        ),
      outside: { 'its database': db },
      close: () => pool.end(),
    };
  },

  async Knex(url) {
    const db = knex({ client: 'pg', connection: url });
    return {
      transaction: (work) =>
        db.transaction((trx) =>
          work({ transaction: trx, insert: async (text) => trx('orders').insert({ text }) }),
        ),
      outside: { 'its instance': db },
      close: () => db.destroy(),
    };
  },

  async Kysely(url) {
    const db = new Kysely({ dialect: new PostgresDialect({ pool: createPool(url) }) });
    return {
      transaction: (work) =>
        db.transaction().execute((trx) =>
          work({
            transaction: trx,
            insert: (text) => kyselySql`INSERT INTO orders VALUES (${text})`.execute(trx),
          }),
        ),
      outside: { 'its instance': db },
      close: () => db.destroy(),
    };
  },

  async 'TypeORM, an EntityManager'(url) {
    const source = await new DataSource({ type: 'postgres', url }).initialize();
    return {
      transaction: (work) =>
        source.transaction((manager) =>
          work({ transaction: manager, insert: (text) => manager.query(`${INSERT} ($1)`, [text]) }),
        ),
      outside: { 'the data source': source, "the data source's manager": source.manager },
      close: () => source.destroy(),
    };
  },

  async 'TypeORM, a QueryRunner'(url) {
    const source = await new DataSource({ type: 'postgres', url }).initialize();
    const runner = source.createQueryRunner();
    return {
      async transaction(work) {
        await runner.startTransaction();
        try {
          await work({ transaction: runner, insert: (text) => runner.query(`${INSERT} ($1)`, [text]) });
          await runner.commitTransaction();
        } catch (error) {
          await runner.rollbackTransaction();
          throw error;
        }
      },
      outside: { 'a query runner without a transaction': runner, 'its manager': runner.manager },
      async close() {
        await runner.release();
        await source.destroy();
      },
    };
  },

  /**
   * Not Prisma's client, whose packages take 300 MB and whose generator downloads an engine: its shape, on the adapter by
   * which it runs SQL.
   */
  async 'the shape of Prisma'(url) {
    const adapter = await new PrismaPg({ connectionString: url }).connect();
    const onAdapter =
      (transaction: PrismaTransaction) =>
      async (text: string, ...args: unknown[]) => {
        const query = {
          sql: text,
          args,
          argTypes: args.map(() => ({ scalarType: 'unknown', arity: 'scalar' }) as const),
        };
        const { columnNames, columnTypes, rows } = await transaction.queryRaw(query);
        const valueOf = (value: unknown, index: number) =>
          columnTypes[index] === PRISMA_JSON && value !== null ? JSON.parse(value as string) : value;
        return rows.map((row) =>
          Object.fromEntries(row.map((value, index) => [columnNames[index], valueOf(value, index)])),
        );
      };
    return {
      async transaction(work) {
        const transaction = await adapter.startTransaction();
        const run = onAdapter(transaction);
        try {
          await work({
            transaction: { $queryRawUnsafe: run },
            insert: (text) => run(`${INSERT} ($1)`, text),
          });
        } catch (error) {
          await transaction.executeRaw({ sql: 'ROLLBACK', args: [], argTypes: [] });
          await transaction.rollback();
          throw error;
        }
        await transaction.executeRaw({ sql: 'COMMIT', args: [], argTypes: [] });
        await transaction.commit();
      },
      outside: { 'its client': { $queryRawUnsafe() {}, $connect() {}, $transaction() {} } },
      close: () => adapter.dispose(),
    };
  },
};
