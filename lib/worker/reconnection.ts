import { LineLogger } from '../jobs/line.logger.js';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;

/** Says once that the store is away and once that it is back, and asks again at growing intervals. */
export class Reconnection {
  private readonly logger = new LineLogger('EventFlowJobs');
  private pause = 0;
  private timer: NodeJS.Timeout | undefined;

  succeeded(): void {
    if (this.pause > 0) this.logger.log('The store is back: the worker goes on.');
    this.pause = 0;
  }

  failed(error: Error, again: () => void): void {
    if (this.pause === 0)
      this.logger.error(`The worker cannot reach the store, and keeps trying: ${error.message}`);
    this.pause = Math.min(LONGEST_PAUSE, this.pause * 2 || FIRST_PAUSE);
    this.timer = setTimeout(again, this.pause);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
