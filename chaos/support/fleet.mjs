import { setTimeout as sleep } from 'node:timers/promises';
import { AppProcess } from './app-process.mjs';
import { comesTrue, now } from './time.mjs';

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
  /** When clocks were set. */
  clockSets = [];

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

  /** As a deploy does it: the new one is at work before the old one is told to end. */
  async deploy(place, version) {
    const old = this.#places[place];
    this.#places[place] = this.#add(place, version);
    await this.everyone('start');
    await old.stop();
  }

  /** Sets the wall clock of some processes, by so many ms from the true one. */
  async setClocks(places, off) {
    const order = `clock ${off}`;
    const some = places.map((place) => this.#places[place]);
    this.clockSets.push(now());
    for (const one of some) one.tell(order);
    await this.#allHave(some, order);
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

  /** Waits until all in place have done something. @param patience in ms. */
  async everyone(order, patience) {
    await this.#allHave(this.#places, order, patience);
  }

  /** Of all that have not ended. */
  get pids() {
    return this.#all.filter(({ isGone }) => !isGone).map(({ pid }) => pid);
  }

  /** Which version of the app was at work from when until when, by the wall clock. */
  get shifts() {
    return this.#all.map(({ pid, version, working }) => ({ pid, version, ...working }));
  }

  async #allHave(some, order, patience = PATIENCE) {
    const hasDone = (one) => one.hasDone(order);
    const inTime = await comesTrue(
      () => some.every(hasDone) || this.#all.some((one) => one.diedByItself),
      patience,
    );
    const dead = this.#all.find((one) => one.diedByItself);
    if (dead) throw new Error(`Process ${dead.pid} ended by itself: ${dead.ending}.`);
    if (inTime) return;
    const late = some.filter((one) => !hasDone(one)).map(({ pid }) => pid);
    throw new Error(`Not done within ${patience} ms: ${order}, by process ${late.join(', ')}.`);
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

  /** SIGTERM for all: each is to end by itself. */
  async stopAll() {
    const ended = Promise.all(this.#all.map((one) => one.stop())).then(() => true);
    const isInTime = await Promise.race([ended, sleep(PATIENCE, false)]);
    if (!isInTime)
      throw new Error(`Told to stop, and not gone within ${PATIENCE} ms: ${this.pids.join(', ')}.`);
  }

  /** One process more, which may not come up. @returns whether it started. */
  async tryToStart() {
    const one = this.#add(this.#places.length);
    await comesTrue(() => one.hasDone('start') || one.isGone, PATIENCE);
    return one.hasDone('start');
  }

  async killAll() {
    await Promise.all(this.#all.map((one) => one.kill()));
  }

  #add(place, version = this.#options.version) {
    const seeds = [...this.#seeds, `process ${this.#all.length}`];
    const one = new AppProcess(this.#program, this.#folder, { ...this.#options, place, version, seeds });
    this.#all.push(one);
    return one;
  }
}
