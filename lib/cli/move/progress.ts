import { countText } from './count-text.js';

/** In ms: a line that is written more often cannot be read. */
const PAUSE = 100;

/** A line that counts up, where somebody looks at it. */
export class MoveProgress {
  private done = 0;
  private shownAt = -Infinity;

  constructor(
    private readonly total: number,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {}

  add(entries: number): void {
    this.done += entries;
    if (!this.stream.isTTY || performance.now() - this.shownAt < PAUSE) return;
    this.shownAt = performance.now();
    this.stream.write(`\r${countText(this.done)} of about ${countText(this.total)} entries`);
  }

  end(): void {
    if (this.stream.isTTY && this.shownAt !== -Infinity) this.stream.write('\r\u001B[K');
  }
}
