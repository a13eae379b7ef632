import { Injectable, Logger } from '@nestjs/common';

/** Stands for a real one: it writes to the log. */
@Injectable()
export class Mailer {
  private readonly logger = new Logger('Mailer');

  async send(to: string, text: string): Promise<void> {
    this.logger.log(`To ${to}: ${text}`);
  }
}
