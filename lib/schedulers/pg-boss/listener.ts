import type { Client } from './drivers.js';

const SHORTEST_PAUSE = 100;
const LONGEST_PAUSE = 1_000;
/** A connection that is cut without a word shows only when it is used. */
const HEARTBEAT = 5_000;
const ANSWER = 5_000;

/** One connection that listens, and comes back by itself. */
export class Listener {
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private pause = SHORTEST_PAUSE;

  constructor(
    private readonly connect: () => Client,
    private readonly channel: string,
    private readonly onMessage: (payload: string) => void,
    private readonly onReady: () => void,
  ) {}

  /** Rejects where the first connection fails. */
  async open(): Promise<void> {
    const client = this.connect();
    // Without a listener a lost connection would end the process.
    client.on('error', () => {});
    await client.connect();
    client.on('notification', ({ payload }) => this.onMessage(payload ?? ''));
    await client.query(`LISTEN "${this.channel}"`);
    if (this.isClosed) return client.end();
    this.client = client;
    client.once('end', () => this.lost());
    this.pause = SHORTEST_PAUSE;
    this.later(HEARTBEAT, () => this.check(client));
    this.onReady();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.client?.end();
  }

  private lost(): void {
    if (this.isClosed) return;
    this.client = undefined;
    this.later(this.pause, () => {
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
      this.open().catch(() => this.lost());
    });
  }

  private check(client: Client): void {
    const late = setTimeout(() => void client.end(), ANSWER);
    const answered = () => {
      clearTimeout(late);
      if (this.client === client) this.later(HEARTBEAT, () => this.check(client));
    };
    client.query('SELECT 1').then(answered, answered);
  }

  private later(delay: number, run: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(run, delay);
  }
}
