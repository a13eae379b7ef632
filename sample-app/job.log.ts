import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { JobEvents } from 'nestjs-eventflow-jobs';

/** Tells in the app's log what becomes of everything that is scheduled. */
@Injectable()
export class JobLog implements OnModuleInit {
  private readonly logger = new Logger('Jobs');

  constructor(private readonly events: JobEvents) {}

  onModuleInit(): void {
    this.events
      .ofType('scheduled', 'succeeded', 'cancelled', 'failed')
      .subscribe(({ type, name, command, key }) =>
        this.logger.log(`${command?.name ?? name}${key ? ` (${key})` : ''} ${type}`),
      );
  }
}
