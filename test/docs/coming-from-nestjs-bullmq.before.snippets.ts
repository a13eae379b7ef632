// What docs/coming-from-nestjs-bullmq.md sets beside ours: the same by @nestjs/bullmq. Its spec runs it.
import { BullModule, InjectQueue, Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Job, type Queue, UnrecoverableError } from 'bullmq';
import { Shop } from './coming-from-nestjs-bullmq.snippets.js';

export const modules = (url: string) => [
  // #region module
  BullModule.forRoot({ connection: { url } }),
  BullModule.registerQueue({ name: 'mail' }),
  // #endregion
];

// #region processor
type Letter = { customerId: string; orderedAt: string };

@Processor('mail', { concurrency: 5 })
export class MailProcessor extends WorkerHost {
  constructor(private readonly shop: Shop) {
    super();
  }

  async process(job: Job<Letter>) {
    switch (job.name) {
      case 'letter':
        return this.letter(job.data);
      case 'digest':
        return void this.shop.sent.push('digest');
      default:
        throw new UnrecoverableError(`Nobody knows ${job.name}`);
    }
  }

  private letter({ customerId, orderedAt }: Letter) {
    const address = this.shop.customers.get(customerId);
    if (address === undefined) throw new UnrecoverableError(`There is no customer ${customerId}`);
    this.shop.sent.push(`${address} of ${new Date(orderedAt).getFullYear()}`); // it is text by now
  }
}
// #endregion

// #region digest
@Injectable()
export class Digest implements OnApplicationBootstrap {
  constructor(@InjectQueue('mail') private readonly queue: Queue) {}

  async onApplicationBootstrap() {
    const times = { pattern: '0 8 * * *', tz: 'Europe/Rome' };
    await this.queue.upsertJobScheduler('digest', times, { name: 'digest' });
  }
}
// #endregion

// #region queue
@Injectable()
export class Letters {
  constructor(@InjectQueue('mail') private readonly queue: Queue) {}

  async later(customerId: string, orderedAt: Date) {
    await this.queue.add(
      'letter',
      { customerId, orderedAt },
      {
        jobId: `letter-${customerId}`, // no ':' in it; the id stays taken until the job is removed
        delay: 7 * 24 * 60 * 60 * 1000,
        attempts: 5,
        backoff: { type: 'exponential', delay: 1000 },
        removeOnComplete: true,
      },
    );
  }

  async never(customerId: string) {
    await this.queue.remove(`letter-${customerId}`);
  }
}
// #endregion
