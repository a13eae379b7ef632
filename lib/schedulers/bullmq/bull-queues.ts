import { LineLogger } from '../../jobs/line.logger.js';
import type { Client } from './connection.js';
import type { Drivers, Queue } from './drivers.js';

/** The queues as BullMQ has them. It writes down what its own tools look for: that a queue is there, and by which version. */
export class BullQueues {
  private readonly logger = new LineLogger('BullMqScheduler');
  private readonly queues = new Map<string, Queue>();

  constructor(
    private readonly drivers: Drivers,
    private readonly client: Client,
    private readonly prefix: string,
  ) {}

  /** That they are there is for people to see: whoever schedules does not wait for it. */
  add(name: string): void {
    if (this.queues.has(name)) return;
    const { client, prefix } = this;
    const queue = new this.drivers.Queue(name, { connection: client, prefix, skipVersionCheck: true });
    queue.on('error', ({ message }) => this.logger.debug(`BullMQ, queue '${name}': ${message}`));
    this.queues.set(name, queue);
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
  }
}
