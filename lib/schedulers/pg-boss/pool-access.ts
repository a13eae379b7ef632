import type { Access, OpenTransaction } from './access.js';
import type { ClientConfig, Pool } from './drivers.js';
import { Listener } from './listener.js';

type ClientType = new (config?: ClientConfig) => import('./drivers.js').Client;

/** A pool of pg's: ours, or the app's. */
export class PoolAccess implements Access {
  private readonly listeners: Listener[] = [];

  constructor(
    private readonly pool: Pool,
    private readonly clientType: ClientType,
    /** Whether the pool ends with the scheduler: not that of the app. */
    private readonly isOurs: boolean,
  ) {
    // A connection that is lost while it idles is replaced; without a listener it would end the process.
    if (isOurs) pool.on('error', () => {});
  }

  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
    return this.pool.query(text, values);
  }

  async begin(): Promise<OpenTransaction> {
    const client = await this.pool.connect();
    let isOver = false;
    const lost = (): void => {};
    client.on('error', lost);
    const end = async (command: string): Promise<void> => {
      if (isOver) return;
      isOver = true;
      let failed = true;
      try {
        await client.query(command);
        failed = false;
      } finally {
        client.off('error', lost);
        client.release(failed);
      }
    };
    try {
      await client.query('BEGIN');
    } catch (error) {
      client.off('error', lost);
      client.release(true);
      throw error;
    }
    return {
      client,
      executeSql: (text, values) => client.query(text, values),
      commit: () => end('COMMIT'),
      // The connection is gone, and the transaction with it, where this fails.
      rollback: () => end('ROLLBACK').catch(() => {}),
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
}
