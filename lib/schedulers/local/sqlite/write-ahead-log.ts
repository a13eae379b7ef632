import { closeSync, openSync, readSync } from 'node:fs';

/** By https://sqlite.org/fileformat2.html#the_write_ahead_log: a header, then frames of a header and a page each. */
const HEADER = 32;
const FRAME_HEADER = 24;
const PAGE_SIZE = 8;
/** Two numbers that change whenever the log begins anew, and that each of its frames repeats. */
const SALTS = { ofLog: 16, ofFrame: 8, length: 8 };

/** How far SQLite's log has come: it has no length of its own, since it is written from its beginning again and again. */
export class WriteAheadLog {
  private fd: number | undefined;
  private readonly header = Buffer.alloc(HEADER);
  private readonly frame = Buffer.alloc(FRAME_HEADER);

  constructor(private readonly file: string) {}

  /** Another one whenever the log has begun anew; `undefined` while nothing was written to it. */
  beginning(): string | undefined {
    this.fd ??= openSync(`${this.file}-wal`, 'r');
    if (readSync(this.fd, this.header, 0, HEADER, 0) < HEADER) return undefined;
    return saltsOf(this.header, SALTS.ofLog).toString('hex');
  }

  /** Whether what was committed since it last began has come as far as this frame. */
  reaches(frame: number): boolean {
    if (this.beginning() === undefined || this.fd === undefined) return false;
    const at = HEADER + (frame - 1) * (FRAME_HEADER + this.header.readUInt32BE(PAGE_SIZE));
    if (readSync(this.fd, this.frame, 0, FRAME_HEADER, at) < FRAME_HEADER) return false;
    return saltsOf(this.header, SALTS.ofLog).equals(saltsOf(this.frame, SALTS.ofFrame));
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

function saltsOf(bytes: Buffer, offset: number): Buffer {
  return bytes.subarray(offset, offset + SALTS.length);
}
