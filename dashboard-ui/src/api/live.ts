import { Store } from '../state/store.js';
import { setServerTime } from '../state/clock.js';
import { apiUrl, get, sentenceOf } from './client.js';
import type { EntryEvent, Overview, RatePoint, Status } from './types.js';

export type Connection = 'connecting' | 'live' | 'reconnecting';

/** The server sends something every 15 s, or so: after this long without, the connection is dead, whatever the browser says. */
const SILENCE_MS = 60_000;
const POLL_MS = 5_000;
const LONGEST_WAIT_MS = 15_000;
/** A page that nobody sees gives its connection back: browsers allow only a few to one server. */
const HIDDEN_MS = 30_000;
const HOUR_MS = 3_600_000;

export const connection = new Store<Connection>('connecting');
export const overview = new Store<Overview | undefined>(undefined);
export const overviewError = new Store<string | undefined>(undefined);

const listeners = new Set<(event: EntryEvent | undefined) => void>();
let source: EventSource | undefined;
let failures = 0;
let reopening: number | undefined;
let silence: number | undefined;
let hiding: number | undefined;

/** Told of what happens to an entry, and with `undefined` of more than can be told one by one. */
export function onEntryEvent(listener: (event: EntryEvent | undefined) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function goLive(): void {
  open();
  void loadOverview();
  setInterval(() => connection.value === 'live' || document.hidden || void loadOverview(), POLL_MS);
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = window.setTimeout(shut, HIDDEN_MS);
    else if (!source) open();
  });
}

async function loadOverview(): Promise<void> {
  try {
    const answer = await get<Overview>('overview');
    setServerTime(answer.now);
    overview.set(answer);
    overviewError.set(undefined);
  } catch (error) {
    overviewError.set(sentenceOf(error));
  }
}

function open(): void {
  shut();
  const opened = new EventSource(apiUrl('events'));
  source = opened;
  listenForSilence();
  opened.addEventListener('open', () => {
    const isBack = connection.value === 'reconnecting';
    failures = 0;
    connection.set('live');
    // What happened meanwhile was not told.
    if (isBack) {
      void loadOverview();
      tell(undefined);
    }
  });
  opened.addEventListener('error', () => {
    connection.set('reconnecting');
    // The browser tries again by itself only where the connection broke, not where it was refused.
    if (opened.readyState === EventSource.CLOSED) reopenLater();
  });
  on<Status & { rate?: RatePoint }>(opened, 'overview', ({ rate, ...status }) => {
    setServerTime(status.now);
    // Of what other processes did, and of many an action, the counts are all that is told.
    const haveChanged = JSON.stringify(status.counts) !== JSON.stringify(overview.value?.counts);
    const { step, points } = overview.value?.rates ?? { step: 10, points: [] };
    overview.set({ ...status, rates: { step, points: rate ? withPoint(points, rate) : points } });
    overviewError.set(undefined);
    if (haveChanged) tell(undefined);
  });
  // The server is there, its store is not.
  on<{ message: string }>(opened, 'unavailable', ({ message }) => overviewError.set(message));
  on<EntryEvent>(opened, 'entry', tell);
  on(opened, 'many', () => tell(undefined));
}

function on<T>(from: EventSource, type: string, take: (data: T) => void): void {
  from.addEventListener(type, ({ data }: MessageEvent<string>) => {
    listenForSilence();
    take(JSON.parse(data) as T);
  });
}

function tell(event: EntryEvent | undefined): void {
  for (const listener of listeners) listener(event);
}

function shut(): void {
  clearTimeout(reopening);
  clearTimeout(silence);
  source?.close();
  if (source) connection.set('reconnecting');
  source = undefined;
}

function reopenLater(): void {
  shut();
  const wait = Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** failures++);
  reopening = window.setTimeout(open, wait);
}

function listenForSilence(): void {
  clearTimeout(silence);
  silence = window.setTimeout(reopenLater, SILENCE_MS);
}

function withPoint(points: readonly RatePoint[], point: RatePoint): readonly RatePoint[] {
  const begin = Date.parse(point.at) - HOUR_MS;
  return [...points.filter(({ at }) => at !== point.at && Date.parse(at) > begin), point];
}
