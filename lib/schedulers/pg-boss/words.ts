import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { StoreEngine } from '../../engine/store-engine.js';
import { JobCancelledError } from '../../jobs/jobs.errors.js';
import { messageOf } from '../../jobs/outcome.js';
import type { Access } from './access.js';
import { quote } from './installation.js';
import type { PgBossStore } from './pg-boss.store.js';
import { toCallersError } from './unavailable.js';

/** Where the processes of a schema tell each other what they have committed. */
export function channelOf(schema: string): string {
  return `eventflow_${createHash('sha256').update(quote(schema)).digest('hex').slice(0, 24)}`;
}

/** Hears what other processes have committed: a word by NOTIFY. */
export class Words {
  private readonly logger = new Logger('PgBossScheduler');
  private listening: Promise<{ close(): Promise<void> }> | undefined;

  constructor(
    private readonly access: Access,
    private readonly channel: string,
    private readonly store: PgBossStore,
    /** It is made with the first that needs it. */
    private readonly engine: () => StoreEngine,
  ) {}

  /** Workers do, and whoever schedules in transactions of his own. */
  async listen(): Promise<void> {
    this.listening ??= this.access.listen(
      this.channel,
      (payload) => this.told(payload),
      () => this.engine().wake(),
    );
    try {
      await this.listening;
    } catch (error) {
      this.listening = undefined;
      throw toCallersError(error);
    }
  }

  async close(): Promise<void> {
    await (await this.listening)?.close();
    this.listening = undefined;
  }

  private told(payload: string): void {
    const [what, value = ''] = payload.split(' ');
    if (what === 'cancel')
      return this.engine().abort([value], () => new JobCancelledError('The entry was cancelled.'));
    if (what === 'committed') return this.store.commits.committed(value);
    if (what === 'recurring') return void this.readRecurring();
    const { nextAt } = this.engine();
    if (what !== 'due' || nextAt === undefined || Number(value) < nextAt) this.engine().wake();
  }

  private async readRecurring(): Promise<void> {
    try {
      await this.store.calls.do((executor) => this.store.recurringJobs.refresh(executor));
      this.engine().wake();
    } catch (error) {
      this.logger.warn(`Recurring jobs could not be read: ${messageOf(error)}`);
    }
  }
}
