import { readEvents } from './event-log.mjs';
import { Evidence } from './evidence.mjs';
import { Fleet } from './fleet.mjs';
import { judge } from './judgement.mjs';
import { Random } from './random.mjs';
import { comesTrue } from './time.mjs';

/** What has not ended so long after the last fault, in ms, is stuck: many times what any recovery takes. */
const STUCK_AFTER = 60_000;

/** Load, faults, recovery, and what became of every entry. */
export async function playRound({ program, engine, fault, seed, number, folder }) {
  const seeds = [seed, fault.name, number];
  const { processes, settings, plan } = fault;
  const store = await engine.openStore(folder, settings);
  const fleet = new Fleet(program, folder, seeds, {
    engine: engine.name,
    connection: store.connection,
    version: fault.version,
    settings,
  });
  try {
    await fleet.start(processes);
    const random = new Random(...seeds);
    const outages = (await fault.inject({ fleet, store, engine, processes, plan, random })) ?? [];
    await fleet.everyone('start');
    await fleet.tellAll('stop-load');
    await comesTrue(async () => (await store.remaining()) === 0, STUCK_AFTER);
    await fleet.close();
    const evidence = new Evidence({
      events: readEvents(folder),
      entries: await store.entries(),
      kills: fleet.kills,
      stops: fleet.stops,
      freezes: fleet.freezes,
      clockSets: fleet.clockSets,
      outages,
      effects: settings.transactionalWork ? await store.effects() : undefined,
    });
    const { operationTimeout } = settings;
    const more = fault.judge?.(evidence, fleet);
    return judge(evidence, await store.damages(), { operationTimeout, isOneClock: engine.isOneClock, more });
  } finally {
    await fleet.killAll();
    await store.close();
  }
}
