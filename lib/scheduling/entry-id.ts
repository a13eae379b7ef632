import { randomFillSync } from 'node:crypto';
import type { JobId } from '../jobs/job-id.js';

const RANDOM = new Uint8Array(10 * 512);
/** One buffer, sliced: text put together with + would keep a dozen pieces alive for each id. */
const TEXT = Buffer.from('00000000-0000-7000-8000-000000000000', 'latin1');
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');
const TIME_PLACES = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12];
const RANDOM_PLACES = [15, 16, 17, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35];
const VARIANT_PLACE = 19;
let used = RANDOM.length;

/**
 * A UUID of version 7 (RFC 9562): 48 bits of time, the rest random. In the order of time, so that an index over ids
 * grows at its end.
 */
export function newEntryId(now: number): JobId {
  if (used === RANDOM.length) {
    randomFillSync(RANDOM);
    used = 0;
  }
  let time = Math.max(0, Math.floor(now));
  for (let i = TIME_PLACES.length - 1; i >= 0; i--) {
    TEXT[TIME_PLACES[i]!] = DIGITS[time % 16]!;
    time = Math.floor(time / 16);
  }
  for (let i = 0; i < RANDOM_PLACES.length; i++) {
    const byte = RANDOM[used + (i >> 1)]!;
    TEXT[RANDOM_PLACES[i]!] = DIGITS[i % 2 === 0 ? byte >> 4 : byte & 15]!;
  }
  TEXT[VARIANT_PLACE] = DIGITS[8 + (RANDOM[used + 9]! & 3)]!;
  used += 10;
  return TEXT.toString('latin1');
}
