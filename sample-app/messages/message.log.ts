import { Injectable, Logger } from '@nestjs/common';

@Injectable()
export class MessageLog {
  private readonly logger = new Logger('Messages');

  write(message: string): void {
    this.logger.log(message);
  }
}
