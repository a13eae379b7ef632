/**
 * A row that grows when it is claimed, and again when it ends, no longer fits on its page, and the pages around it are
 * written anew as well. So each brings the room for what will be written into it, and gives it up as that comes: while
 * its length stays the same, SQLite writes it in place, and leaves alone what of its data lies on other pages.
 */
const TIME = 6;
const STATE = 1;

/** Of an entry that has not begun, in bytes: `started_at`, `finished_at` and `state` are to come, and `owner` meanwhile. */
export const ROOM = TIME + TIME + STATE;

/** Of one that runs for the first time: it has `started_at` and its `owner`. */
export function roomOfClaimed(owner: number): number {
  return Math.max(0, ROOM - TIME - bytesOf(owner));
}

/** As SQLite stores whole numbers: 0 and 1 take nothing beside their type. */
function bytesOf(number: number): number {
  if (number <= 1) return 0;
  if (number <= 0x7f) return 1;
  if (number <= 0x7fff) return 2;
  if (number <= 0x7fffff) return 3;
  return number <= 0x7fffffff ? 4 : 6;
}
