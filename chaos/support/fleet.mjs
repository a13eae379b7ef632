import { AppProcess } from './app-process.mjs';
import { comesTrue } from './time.mjs';

/** How long a step may take on a machine that has other things to do, in ms. */
const PATIENCE = 60_000;

/** The processes of one round: always as many as it began with, since each one that is killed is replaced. */
export class Fleet {
  #program;
  #folder;
  #seeds;
  #options;
  #places = [];
  #all = [];

  constructor(program, folder, seeds, options) {
    this.#program = program;
    this.#folder = folder;
    this.#seeds = seeds;
    this.#options = options;
  }

  async start(size) {
    this.#places = Array.from({ length: size }, (_, place) => this.#add(place));
    await this.everyone('start');
  }

  /** Also one that is still starting: that is a moment like any other. */
  async killAndReplace(place) {
    await this.#places[place].kill();
    this.#places[place] = this.#add(place);
  }

  /** A new one comes before the old one has ended, as in a rolling deploy. */
  async stopAndReplace(place) {
    const old = this.#places[place];
    this.#places[place] = this.#add(place);
    await old.stop();
  }

  /** Longer than a claim lasts, or not. */
  freeze(place, milliseconds) {
    return this.#places[place].freeze(milliseconds);
  }

  /** Tells all to do something, and waits until they have. */
  async tellAll(order) {
    for (const one of this.#places) one.tell(order);
    await this.everyone(order);
  }

  /** Waits until all in place have done something. */
  async everyone(order) {
    const hasDone = (one) => one.hasDone(order);
    const inTime = await comesTrue(
      () => this.#places.every(hasDone) || this.#all.some((one) => one.diedByItself),
      PATIENCE,
    );
    const dead = this.#all.find((one) => one.diedByItself);
    if (dead) throw new Error(`Process ${dead.pid} ended by itself: ${dead.ending}.`);
    if (inTime) return;
    const late = this.#places.filter((one) => !hasDone(one)).map(({ pid }) => pid);
    throw new Error(`Not done within ${PATIENCE} ms: ${order}, by process ${late.join(', ')}.`);
  }

  /** When which process was killed, by its id. */
  get kills() {
    return new Map(
      this.#all.filter(({ killedAt }) => killedAt !== undefined).map(({ pid, killedAt }) => [pid, killedAt]),
    );
  }

  /** When which process was told to stop, by its id. */
  get stops() {
    return new Map(
      this.#all
        .filter(({ stoppedAt }) => stoppedAt !== undefined)
        .map(({ pid, stoppedAt }) => [pid, stoppedAt]),
    );
  }

  /** When which process stood still. */
  get freezes() {
    return this.#all.flatMap(({ freezes }) => freezes);
  }

  async close() {
    await this.tellAll('close');
    await Promise.all(this.#all.map(({ exit }) => exit));
  }

  async killAll() {
    await Promise.all(this.#all.map((one) => one.kill()));
  }

  #add(place) {
    const seeds = [...this.#seeds, `process ${this.#all.length}`];
    const one = new AppProcess(this.#program, this.#folder, { ...this.#options, place, seeds });
    this.#all.push(one);
    return one;
  }
}
