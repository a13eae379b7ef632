import { closeSync, openSync, readSync } from 'node:fs';

/** By https://sqlite.org/fileformat2.html#the_write_ahead_log: a header, then frames of a header and a page each. */
const HEADER = 32;
const FRAME_HEADER = 24;
const PAGE_SIZE = 8;
/** Two numbers that change whenever the log begins anew, and that each of its frames repeats. */
const SALTS = { ofLog: 16, ofFrame: 8, length: 8 };

/** How far the log was, and of which log that is: it begins anew now and then. */
export interface LogPosition {
  readonly frames: number;
  readonly beginning: string;
}

/** How far SQLite's log has come: it has no length of its own, since it is written from its beginning again and again. */
export class WriteAheadLog {
  private fd: number | undefined;
  private readonly header = Buffer.alloc(HEADER);
  private readonly frame = Buffer.alloc(FRAME_HEADER);

  constructor(private readonly file: string) {}

  /** Another one whenever the log has begun anew; `undefined` while nothing was written to it. */
  beginning(): string | undefined {
    return this.read(this.header, 0) ? saltsOf(this.header, SALTS.ofLog) : undefined;
  }

  /** Whether so many frames were committed since then, or since the log has begun anew. */
  grewBy(frames: number, since?: LogPosition): boolean {
    const beginning = this.beginning();
    if (beginning === undefined) return false;
    const before = since?.beginning === beginning ? since.frames : 0;
    const frameSize = FRAME_HEADER + this.header.readUInt32BE(PAGE_SIZE);
    if (!this.read(this.frame, HEADER + (before + frames - 1) * frameSize)) return false;
    return saltsOf(this.frame, SALTS.ofFrame) === beginning;
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  private read(into: Buffer, at: number): boolean {
    this.fd ??= openSync(`${this.file}-wal`, 'r');
    return readSync(this.fd, into, 0, into.length, at) === into.length;
  }
}

function saltsOf(bytes: Buffer, offset: number): string {
  return bytes.toString('hex', offset, offset + SALTS.length);
}
