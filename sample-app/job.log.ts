import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type JobEvent, JobEvents, JobScheduler } from 'nestjs-eventflow-jobs';

/** Tells in the app's log what becomes of everything that is scheduled. */
@Injectable()
export class JobLog implements OnModuleInit {
  private readonly logger = new Logger('Jobs');

  constructor(
    private readonly events: JobEvents,
    private readonly scheduler: JobScheduler,
  ) {}

  onModuleInit(): void {
    this.events
      .ofType('scheduled', 'succeeded', 'cancelled', 'failed')
      .subscribe((event) => void this.tell(event).catch((error: unknown) => this.logger.warn(error)));
  }

  private async tell({ type, id }: JobEvent): Promise<void> {
    const entry = await this.scheduler.get(id);
    if (!entry) return;
    const what = `${entry.command?.name ?? entry.name}${entry.key ? ` (${entry.key})` : ''}`;
    this.logger.log(
      type === 'scheduled' ? `${what} scheduled for ${entry.runAt.toISOString()}` : `${what} ${type}`,
    );
  }
}
