import { useEffect, useRef, useState } from 'preact/hooks';
import { get, isAbort, type Query, sentenceOf } from '../api/client.js';
import { connection, onEntryEvent } from '../api/live.js';
import type { EntryEvent, EntryPage, EntrySummary, JobState } from '../api/types.js';
import { merged } from './entry-merge.js';
import { useStore } from './store.js';

const PAGE_SIZE = 50;
const REFRESH_MS = 2_000;
const PATCH_MS = 300;

interface EntryListState {
  readonly entries: readonly EntrySummary[];
  /** Entries that are shown, but fit the filter no longer. */
  readonly left: ReadonlySet<string>;
  /** How many there are that came since. */
  readonly fresh: number;
  readonly hasNext: boolean;
  /** From 1. */
  readonly page: number;
  readonly error?: string;
  readonly isLoading: boolean;
}

export interface EntryList extends EntryListState {
  readonly next: () => void;
  readonly previous: () => void;
  /** The first page, as it is now. */
  readonly renew: () => void;
  /** After something was done to these: those that fit the filter no longer go at once. */
  readonly refresh: (changed: readonly string[]) => void;
}

interface Held {
  readonly key: string;
  /** Where each page up to the current one begins. */
  readonly starts: readonly (string | undefined)[];
  readonly entries: readonly EntrySummary[];
  readonly left: ReadonlySet<string>;
  readonly fresh: number;
  readonly cursor?: string;
  readonly error?: string;
  /** Whether the page has been loaded. */
  readonly isThere: boolean;
}

const emptyList = (key: string): Held => ({
  key,
  starts: [undefined],
  entries: [],
  left: new Set(),
  fresh: 0,
  isThere: false,
});

/** Of the last list: who comes back from an entry finds it as it was. */
let lastHeld: Held | undefined;

/** One page of a list, kept up to date without moving what is read. */
export function useEntryList(key: string, queryOf: () => Query): EntryList {
  const [state, setState] = useState<Held>(() => (lastHeld?.key === key ? lastHeld : emptyList(key)));
  const held = state.key === key ? state : emptyList(key);
  const current = useRef(held);
  current.current = held;
  const [isLoading, setLoading] = useState(false);
  const aborter = useRef(new AbortController());
  /** Not yet seen in an answer. */
  const changes = useRef(new Set<string>());
  const isLive = useStore(connection) === 'live';

  const set = (next: Held) => {
    current.current = next;
    lastHeld = next;
    setState(next);
  };

  const ask = async (starts: Held['starts'], take: (page: EntryPage) => Held) => {
    aborter.current.abort();
    const own = (aborter.current = new AbortController());
    setLoading(true);
    try {
      const cursor = starts.at(-1);
      const page = await get<EntryPage>('entries', { ...queryOf(), limit: PAGE_SIZE, cursor }, own.signal);
      set(take(page));
    } catch (error) {
      if (isAbort(error)) return;
      set({ ...current.current, error: sentenceOf(error) });
    }
    if (own === aborter.current) setLoading(false);
  };

  const load = (starts: Held['starts']) =>
    void ask(starts, ({ entries, cursor }) => ({
      ...emptyList(key),
      starts,
      entries,
      isThere: true,
      ...(cursor !== undefined && { cursor }),
    }));

  const refresh = (changed: readonly string[] = []) => {
    const { starts, isThere } = current.current;
    for (const id of changed) changes.current.add(id);
    if (!isThere) {
      load(starts);
      return;
    }
    void ask(starts, (page) => {
      const { error: _error, ...before } = current.current;
      const next = merged(before, page, changes.current, starts.length === 1);
      changes.current.clear();
      return { ...before, ...next };
    });
  };

  useEffect(() => {
    refresh();
    return () => aborter.current.abort();
  }, [key]);
  // Once the server is back.
  useEffect(() => {
    if (isLive && current.current.error !== undefined) refresh();
  }, [isLive]);
  useChanges(refresh, (states) => {
    const { entries } = current.current;
    if (!entries.some(({ id }) => states.has(id))) return;
    set({ ...current.current, entries: entries.map((entry) => withState(entry, states.get(entry.id))) });
  });

  const { starts, cursor } = held;
  return {
    entries: held.entries,
    left: held.left,
    fresh: held.fresh,
    hasNext: cursor !== undefined,
    page: starts.length,
    ...(held.error !== undefined && { error: held.error }),
    isLoading: isLoading || (!held.isThere && held.error === undefined),
    next: () => cursor !== undefined && load([...starts, cursor]),
    previous: () => load(starts.slice(0, -1)),
    renew: () => load([undefined]),
    refresh,
  };
}

/** States are told at once, in handfuls; the rest is asked for once in a while. */
function useChanges(refresh: () => void, patch: (states: ReadonlyMap<string, JobState>) => void): void {
  const latest = useRef({ refresh, patch });
  latest.current = { refresh, patch };
  useEffect(() => {
    const states = new Map<string, JobState>();
    let patching: number | undefined;
    let refreshing: number | undefined;
    const stop = onEntryEvent((event: EntryEvent | undefined) => {
      if (event) states.set(event.id, event.state);
      patching ??= window.setTimeout(() => {
        patching = undefined;
        latest.current.patch(states);
        states.clear();
      }, PATCH_MS);
      refreshing ??= window.setTimeout(() => {
        refreshing = undefined;
        if (!document.hidden) latest.current.refresh();
      }, REFRESH_MS);
    });
    return () => {
      stop();
      clearTimeout(patching);
      clearTimeout(refreshing);
    };
  }, []);
}

function withState(entry: EntrySummary, state: JobState | undefined): EntrySummary {
  return state === undefined || state === entry.state ? entry : { ...entry, state };
}
