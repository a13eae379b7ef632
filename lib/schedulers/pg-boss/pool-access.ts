import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import { type Access, type OpenTransaction, TRANSACTION_BEGAN } from './access.js';
import type { ClientConfig, Pool, PoolClient, QueryConfig } from './drivers.js';
import { Listener } from './listener.js';

type ClientType = new (config?: ClientConfig) => import('./drivers.js').Client;

/** A ROLLBACK that takes longer waits for a statement of the job's, or for a frozen server. */
const ROLLBACK_MS = 1_000;

/** A pool of pg's: ours, or the app's. */
export class PoolAccess implements Access {
  private readonly listeners: Listener[] = [];

  constructor(
    private readonly pool: Pool,
    private readonly clientType: ClientType,
    /** Whether the pool ends with the scheduler: not that of the app. */
    private readonly isOurs: boolean,
    /** In ms. A frozen server never answers: the connection is given up with the call. */
    private readonly queryTimeout: number,
  ) {
    // A connection that is lost while it idles is replaced; without a listener it would end the process.
    if (isOurs) pool.on('error', () => {});
  }

  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
    return this.pool.query(this.timed(text, values));
  }

  get connections(): number {
    return this.pool.options.max;
  }

  hold(connections: number): void {
    this.pool.options.max = connections;
  }

  async begin(): Promise<OpenTransaction> {
    const client = await this.pool.connect();
    const lost = (): void => {};
    client.on('error', lost);
    const given = untilOver(client);
    let isOver = false;
    const release = (broken: boolean): void => {
      if (isOver) return;
      isOver = true;
      given.end();
      client.off('error', lost);
      client.release(broken);
    };
    const end = async (command: string): Promise<void> => {
      if (isOver) return;
      try {
        await client.query(this.timed(command));
      } catch (error) {
        release(true);
        throw error;
      }
      release(false);
    };
    let began: string;
    try {
      // Two statements, and so two results.
      const results: unknown = await client.query(this.timed(`BEGIN; SELECT ${TRANSACTION_BEGAN} AS began`));
      ({ began } = (results as { rows: { began: string }[] }[])[1]!.rows[0]!);
    } catch (error) {
      release(true);
      throw error;
    }
    return {
      client: given.client,
      began,
      executeSql: (text, values) => client.query(this.timed(text, values)),
      commit: () => end('COMMIT'),
      async rollback() {
        // Without its connection there is no transaction either.
        const late = setTimeout(release, ROLLBACK_MS, true);
        given.end();
        await end('ROLLBACK').catch(() => {});
        clearTimeout(late);
      },
    };
  }

  async listen(
    channel: string,
    onMessage: (payload: string) => void,
    onReady: () => void,
  ): Promise<{ close(): Promise<void> }> {
    const { options } = this.pool as unknown as { options: ClientConfig };
    const listener = new Listener(() => new this.clientType(options), channel, onMessage, onReady);
    await listener.open();
    this.listeners.push(listener);
    return listener;
  }

  async close(): Promise<void> {
    await Promise.all(this.listeners.map((listener) => listener.close()));
    if (this.isOurs) await this.pool.end();
  }

  /** What pg takes, though its types do not say. What is not ours, such as a job's statements, takes as long as it takes. */
  private timed(text: string, values?: unknown[]): QueryConfig {
    return { text, ...(values && { values }), query_timeout: this.queryTimeout } as QueryConfig;
  }
}

/**
 * The client for as long as the transaction is open. Code of an attempt that is over, by its timeout say, may go on for
 * a while: what it wrote then would be outside of any transaction, or in that of the next who has the connection.
 */
function untilOver(client: PoolClient): { client: PoolClient; end: () => void } {
  let isOver = false;
  const over = () => new EventFlowJobsError('The attempt is over, and its transaction with it.');
  const methods = new Map<unknown, unknown>();
  const guarded = (name: string | symbol, method: (...args: unknown[]) => unknown) => {
    return (...args: unknown[]) => {
      if (!isOver) return method.apply(client, args);
      if (name === 'query') return Promise.reject(over());
      throw over();
    };
  };
  const proxy = new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'constructor') return value;
      if (!methods.has(value)) methods.set(value, guarded(name, value as (...args: unknown[]) => unknown));
      return methods.get(value);
    },
  });
  return { client: proxy, end: () => (isOver = true) };
}
