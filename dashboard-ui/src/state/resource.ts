import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { connection, onEntryEvent } from '../api/live.js';
import { isAbort, sentenceOf } from '../api/client.js';
import { useStore } from './store.js';

export interface Resource<T> {
  readonly data?: T;
  readonly error?: string;
  readonly isLoading: boolean;
  /** Asks again; what is there stays until the answer comes. */
  readonly reload: () => void;
}

/** What the server answers, by `key`: with another key what was there goes. */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [held, setHeld] = useState<{ key: string; data?: T; error?: string }>({ key });
  const [isLoading, setLoading] = useState(true);
  const [turn, setTurn] = useState(0);
  const isLive = useStore(connection) === 'live';
  useEffect(() => {
    const aborter = new AbortController();
    setLoading(true);
    load(aborter.signal).then(
      (data) => {
        setHeld({ key, data });
        setLoading(false);
      },
      (error: unknown) => {
        if (isAbort(error)) return;
        setHeld((before) => ({ ...(before.key === key ? before : { key }), error: sentenceOf(error) }));
        setLoading(false);
      },
    );
    return () => aborter.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const failed = held.key === key && held.error !== undefined;
  // What could not be had is asked for again once the server is back.
  useEffect(() => {
    if (isLive && failed) reload();
  }, [isLive]);
  const current = held.key === key ? held : { key };
  return { ...current, isLoading, reload };
}

/** Calls at once, and then, while more happens, once in a while. What happens to `id` alone, if one is given. */
export function useOnChange(call: () => void, everyMs: number, id?: string): void {
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => {
    let timer: number | undefined;
    let last = 0;
    const run = () => {
      timer = undefined;
      last = performance.now();
      latest.current();
    };
    const stop = onEntryEvent((event) => {
      if (id !== undefined && event && event.id !== id) return;
      timer ??= window.setTimeout(run, Math.max(50, last + everyMs - performance.now()));
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [everyMs, id]);
}

export function useEvery(ms: number, call: () => void): void {
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || latest.current(), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
