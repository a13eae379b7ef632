import { attemptsByEntry } from './attempts.mjs';

const UNFINISHED = ['scheduled', 'running', 'parked'];
const isUnfinished = ({ state }) => UNFINISHED.includes(state);

/** What is known about a round when all is over: what the processes wrote down, and what the store holds. */
export class Evidence {
  #states;
  #effects;

  /**
   * @param kills when which process was killed, by its id; `stops`: when it was told to stop.
   * @param freezes when which process stood still.
   * @param clockSets when a clock was set.
   * @param outages when the server was away.
   * @param effects the entry of each effect in the store, where attempts are transactions; else the logs tell.
   */
  constructor({ events, entries, kills, stops, freezes, clockSets, outages, effects }) {
    this.events = events;
    this.kills = kills;
    this.stops = stops;
    this.freezes = freezes;
    this.clockSets = clockSets;
    this.outages = outages;
    this.promises = events.filter(({ what }) => what === 'acknowledged');
    this.acknowledged = this.promises.map(({ entry }) => entry);
    this.refused = events.filter(({ what }) => what === 'refused');
    this.unfinished = entries.filter(isUnfinished).map(({ id }) => id);
    this.attempts = attemptsByEntry(events);
    this.#states = new Map(entries.map(({ id, state }) => [id, state]));
    this.#effects = effects && Map.groupBy(effects, (id) => id);
  }

  /** Whether it is known to have done its work. */
  hasRun(id) {
    if (this.#effects) return this.#effects.has(id);
    return this.attempts.get(id)?.some(({ end }) => end !== undefined) ?? false;
  }

  /** Neither done nor still to be done. */
  isLost(id) {
    const state = this.#states.get(id);
    if (UNFINISHED.includes(state)) return false;
    return state !== 'succeeded' || !this.hasRun(id);
  }

  /** Entries whose effect the store holds more than once. */
  get doubledEffects() {
    return [...(this.#effects ?? [])].filter(([, effects]) => effects.length > 1).map(([id]) => id);
  }

  /** All about one entry, for who has to find out why. */
  tell(id) {
    const state = this.#states.get(id) ?? 'not in the store';
    return JSON.stringify({
      id,
      state,
      effects: this.#effects?.get(id)?.length,
      attempts: this.attempts.get(id) ?? [],
      kills: Object.fromEntries(this.kills),
      stops: Object.fromEntries(this.stops),
      freezes: this.freezes,
      outages: this.outages,
    });
  }
}
