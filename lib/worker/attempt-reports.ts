import type { JobReporter } from '../jobs/job-reporter.js';
import { LineLogger } from '../jobs/line.logger.js';
import type { AttemptResult, Outcome } from '../jobs/outcome.js';
import type { Exchange, Settlement, WorkSource } from './work-source.js';

/** Tells how attempts ended: of an end for good, once a power cut cannot undo it. */
export class AttemptReports {
  private readonly logger = new LineLogger('EventFlowJobs');
  private waiting = 0;

  constructor(
    private readonly reporter: JobReporter,
    private readonly source: Pick<WorkSource, 'onDisk'>,
    private readonly onTold: () => void,
  ) {}

  /** Whether nothing is left to tell. */
  get areTold(): boolean {
    return this.waiting === 0;
  }

  /** What the store made of them. */
  tell(settlements: readonly Settlement[], settled: Exchange['settled'], at: number): void {
    if (settlements.length === 0) return;
    const onDisk = this.source.onDisk?.();
    const ends: AttemptResult[] = [];
    settlements.forEach(({ result }, index) => {
      const outcome = settled[index];
      if (!outcome) this.tellOfLostClaim(result);
      else if (onDisk && isEnd(outcome)) ends.push({ ...result, outcome });
      // Before the next attempt begins, which may be at once.
      else this.reporter.settled({ ...result, outcome }, at);
    });
    if (onDisk) this.tellLater(onDisk, ends, at);
  }

  private tellLater(onDisk: Promise<void>, ends: readonly AttemptResult[], at: number): void {
    this.waiting += 1;
    const told = () => {
      this.waiting -= 1;
      this.onTold();
    };
    const tell = () => {
      for (const end of ends) this.reporter.settled(end, at);
      told();
    };
    // Where the disk fails, the next exchange says so.
    onDisk.then(tell, told);
  }

  private tellOfLostClaim({ entry }: AttemptResult): void {
    this.logger.warn(`The claim of ${entry.id} was lost before its attempt ended: nothing was written.`);
  }
}

function isEnd({ type }: Outcome): boolean {
  return type === 'succeeded' || type === 'failed' || type === 'cancelled';
}
