// A rolling deploy, forwards, back, and forwards again half the way: two versions of the app at once. What one version does
// not know waits for the other, and no tick of a recurring job is lost or doubled while a process is there that declares it.
import { setTimeout as sleep } from 'node:timers/promises';
import { lostTicks } from '../support/ticks.mjs';
import { now } from '../support/time.mjs';

/** What the engine has to offer. */
export const needs = [];

export const processes = 3;

/** That the processes begin with: see chaos/versions. */
export const version = 'old';

/** Of each process. */
export const settings = {
  concurrency: 10,
  // Nobody dies: a busy machine is not to look like it.
  lease: '30s',
  shape: { burst: [1, 6], pause: [20, 80], delay: [1, 600], work: [0, 15] },
};

/** How long the load runs before each process is replaced, in ms, and by which version, in the order of their places. */
export const plan = {
  pause: [0, 700],
  settles: [1_500, 4_000],
  ways: [
    ['new', 'new', 'new'],
    ['old', 'old', 'old'],
    ['new', 'new'],
  ],
};
export const short = {
  plan: { pause: [0, 100], settles: [1_200, 1_400], ways: [['new', 'new'], ['old', 'old'], ['new']] },
};

const RECURRING = { kept: ['old', 'new'], dropped: ['old'], added: ['new'] };
const EVERY = 1_000;

export async function inject({ fleet, random, plan: { pause, settles, ways } }) {
  await sleep(random.between(...settles));
  for (const way of ways) {
    for (const [place, to] of way.entries()) {
      await sleep(random.between(...pause));
      await fleet.deploy(place, to);
    }
    // One version alone, and at the end both side by side: all that waits can run then.
    await sleep(random.between(...settles));
  }
}

/** Beyond what holds for every fault: the ticks; and that it has seen what it is for. */
export function judge({ events }, { shifts }) {
  const of = (versions) => shifts.filter((one) => versions.includes(one.version));
  const ahead = Date.now() - now();
  const seen = (what) => events.some((one) => one.what === what);
  return {
    lostTicks: Object.entries(RECURRING).flatMap(([recurring, versions]) =>
      lostTicks(events, { recurring, every: EVERY }, of(versions), ahead),
    ),
    problems: ['parked', 'upgraded'].filter((what) => !seen(what)).map((what) => `no entry was ${what}`),
  };
}
