import { randomFillSync } from 'node:crypto';
import type { JobId } from '../jobs/job.interface.js';

const POOL = new Uint8Array(16 * 512);
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
let used = POOL.length;

/**
 * A UUID of version 7 (RFC 9562): 48 bits of time, the rest random. In the order of time, so that an index over ids
 * grows at its end.
 */
export function newEntryId(now: number): JobId {
  if (used === POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  const bytes = POOL.subarray(used, (used += 16));
  const time = Math.max(0, Math.floor(now)).toString(16).padStart(12, '0').slice(-12);
  const hex = (from: number, to: number) => {
    let text = '';
    for (let i = from; i < to; i++) text += HEX[bytes[i]!]!;
    return text;
  };
  const version = `7${hex(6, 8).slice(1)}`;
  const variant = `${HEX[(bytes[8]! & 0x3f) | 0x80]!}${HEX[bytes[9]!]!}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${hex(10, 16)}`;
}
