import { ADOPT } from './lua/adopt.lua.js';
import { EXCHANGE } from './lua/exchange.lua.js';
import { INSERT, IN_TIME } from './lua/insert.lua.js';
import { COUNTS, LIST } from './lua/list.lua.js';
import { CANCEL, FIND, PROGRESS, RESCHEDULE, RETRY } from './lua/manage.lua.js';
import { ORDERS } from './lua/orders.lua.js';
import {
  IS_PAUSED,
  OLDEST_DUE,
  PARKED_KINDS,
  PAUSE,
  PRUNE,
  QUEUES,
  RELEASE,
  RESUME,
} from './lua/queues.lua.js';
import * as recurring from './lua/recurring.lua.js';
import { SETTLE } from './lua/settle.lua.js';
import {
  BURY,
  CLAIMS,
  GIVE_BACK,
  LIVING_WORKERS,
  REGISTER,
  RENEW,
  UNREGISTER,
  WORKING_SINCE,
} from './lua/workers.lua.js';
import { type Script, outOfMemoryToo, script } from './script.js';

/** What any call needs. Those below in `lasting` go on when the server is out of memory, where it can. */
export interface Scripts extends Record<keyof typeof STRICT | keyof typeof LASTING, Script> {}

const STRICT = {
  insert: script(IN_TIME, ORDERS, INSERT),
  adopt: script(ORDERS, ADOPT),
  find: script(FIND),
  reschedule: script(RESCHEDULE),
  retry: script(RETRY),
  progress: script(PROGRESS),
  counts: script(COUNTS),
  list: script(ORDERS, LIST),
  queues: script(QUEUES),
  oldestDue: script(OLDEST_DUE),
  livingWorkers: script(LIVING_WORKERS),
  parkedKinds: script(PARKED_KINDS),
  pause: script(PAUSE),
  isPaused: script(IS_PAUSED),
  workingSince: script(WORKING_SINCE),
  allRecurring: script(recurring.ALL_RECURRING),
  findRecurring: script(recurring.FIND_RECURRING),
  deleteRecurring: script(recurring.DELETE_RECURRING),
};

const LASTING = {
  exchange: script(SETTLE, EXCHANGE),
  cancel: script(CANCEL),
  release: script(RELEASE),
  resume: script(RESUME),
  prune: script(ORDERS, PRUNE),
  register: script(REGISTER),
  unregister: script(UNREGISTER),
  renew: script(RENEW),
  claims: script(CLAIMS),
  giveBack: script(SETTLE, GIVE_BACK),
  bury: script(SETTLE, BURY),
  // A worker that cannot start, or not tick, ends nothing either.
  declare: script(recurring.DECLARE),
  putRecurring: script(recurring.PUT_RECURRING),
  sweepRecurring: script(recurring.SWEEP_RECURRING),
  tick: script(IN_TIME, ORDERS, recurring.MOVE_ON, INSERT),
  moveOn: script(recurring.MOVE_ON, `return {'stored', whole(now)}`),
};

const FLAGGED = Object.fromEntries(
  Object.entries(LASTING).map(([name, one]) => [name, outOfMemoryToo(one)]),
) as typeof LASTING;

/** @param major of the server's version. */
export function scriptsFor(major: number): Scripts {
  return { ...STRICT, ...(major >= 7 ? FLAGGED : LASTING) };
}
