// What docs/bullmq.md sets beside ours: the same by hand, with @nestjs/bullmq. bullmq.spec.ts runs it.
import { InjectQueue, Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Job, Queue } from 'bullmq';
import { Mailer } from './bullmq.snippets.js';

// #region before
@Processor('mail')
export class MailProcessor extends WorkerHost {
  constructor(private readonly mailer: Mailer) {
    super();
  }

  async process({ name, data }: Job<{ customerId: string }>) {
    if (name !== 'reminder') throw new Error(`Nobody knows ${name}`);
    await this.mailer.sendReminder(data.customerId);
  }
}

@Injectable()
export class Reminders {
  constructor(@InjectQueue('mail') private readonly queue: Queue) {}

  async remind(customerId: string) {
    const delay = 7 * 24 * 60 * 60 * 1000;
    const backoff = { type: 'exponential', delay: 1000 };
    const deduplication = { id: `reminder:${customerId}` };
    await this.queue.add('reminder', { customerId }, { delay, attempts: 5, backoff, deduplication });
  }
}
// #endregion
