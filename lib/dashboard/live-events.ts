import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { type JobEvent, JobEvents } from '../jobs/job-event.js';
import { EventStream } from './event-stream.js';
import type { HttpReply } from './http.js';
import { toldOf } from './json-answers.js';
import { Overview } from './overview.js';
import { type RatePoint, Rates } from './rates.js';
import { RequestError } from './request.error.js';

const SECOND = 1_000;
/** Milliseconds without a word, after which proxies may take the connection for dead. */
const LONGEST_SILENCE = 15_000;
/** Of entries, in a second. */
const MOST_EVENTS = 50;
/** The store is to be asked for at most this part of the time. */
const PART_OF_TIME = 0.1;
/** Milliseconds between two questions, however long the last one took. */
const LONGEST_PAUSE = 10 * SECOND;

const STATES = { started: 'running', retrying: 'scheduled' } as const;

interface Told {
  readonly event: string;
  readonly data: unknown;
  /** What of it makes a difference. */
  readonly essence: string;
}

/** Tells all pages that are open what happens: one look at the store serves all, and none is taken where nobody listens. */
@Injectable()
export class LiveEvents implements OnModuleDestroy {
  private readonly streams = new Set<EventStream>();
  private subscription: Subscription | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private told: Told | undefined;
  private toldAt = 0;
  private entryEvents = 0;
  private isClosed = false;

  constructor(
    private readonly events: JobEvents,
    private readonly overview: Overview,
    private readonly rates: Rates,
  ) {}

  /** @returns `false` once the app shuts down. */
  open(reply: HttpReply): boolean {
    if (this.isClosed) return false;
    const stream: EventStream = new EventStream(reply, () => this.left(stream));
    if (stream.isGone) return true;
    this.streams.add(stream);
    if (this.told) stream.send(this.told.event, this.told.data);
    else stream.keepAlive();
    this.listen();
    return true;
  }

  refuse(): never {
    throw new RequestError(503, 'ShuttingDownError', 'The app shuts down.');
  }

  /** The server waits for open connections to end before it closes. */
  onModuleDestroy(): void {
    this.isClosed = true;
    for (const stream of this.streams) stream.end();
    this.streams.clear();
    this.rest();
  }

  private left(stream: EventStream): void {
    this.streams.delete(stream);
    if (this.streams.size === 0) this.rest();
  }

  private listen(): void {
    this.subscription ??= this.events.all$.subscribe((event) => this.tellEntry(event));
    if (!this.timer && !this.looking) this.look();
  }

  private rest(): void {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.told = undefined;
    this.entryEvents = 0;
  }

  private look(): void {
    const begun = performance.now();
    this.timer = undefined;
    this.looking = this.read().then((told) => {
      this.looking = undefined;
      if (this.streams.size === 0) return;
      this.tellChange(told);
      this.tellMany();
      const took = performance.now() - begun;
      const pause = Math.max(SECOND - took, Math.min(took / PART_OF_TIME, LONGEST_PAUSE));
      this.timer = setTimeout(() => this.look(), pause);
      this.timer.unref();
    });
  }

  private async read(): Promise<Told> {
    try {
      const { now, ...overview } = await this.overview.read();
      const rate: RatePoint = this.rates.last();
      return {
        event: 'overview',
        data: { ...overview, now, rate },
        essence: JSON.stringify([overview, rate]),
      };
    } catch (error) {
      const { name, message } = toldOf(error);
      return { event: 'unavailable', data: { name, message }, essence: `${name}: ${message}` };
    }
  }

  private tellChange(told: Told): void {
    const now = performance.now();
    const isNew = told.event !== this.told?.event || told.essence !== this.told.essence;
    this.told = told;
    if (!isNew && now - this.toldAt < LONGEST_SILENCE) return;
    this.toldAt = now;
    for (const stream of this.streams) stream.send(told.event, told.data);
  }

  private tellEntry({ type, id, name, command }: JobEvent): void {
    this.entryEvents += 1;
    if (this.entryEvents > MOST_EVENTS) return;
    const state = STATES[type as keyof typeof STATES] ?? type;
    const data = { id, type, name, ...(command && { command }), state };
    for (const stream of this.streams) stream.send('entry', data);
  }

  /** Of what was too much to tell one by one. */
  private tellMany(): void {
    const wereTooMany = this.entryEvents > MOST_EVENTS;
    this.entryEvents = 0;
    if (!wereTooMany) return;
    for (const stream of this.streams) stream.send('many', {});
  }
}
