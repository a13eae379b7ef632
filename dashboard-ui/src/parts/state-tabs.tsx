import { useEffect, useRef } from 'preact/hooks';
import { overview } from '../api/live.js';
import { type JobState, STATES } from '../api/types.js';
import { href, type Params } from '../state/route.js';
import { useStore } from '../state/store.js';
import { capitalized, number } from './text.js';

/** Links, not tabs: each has an address of its own. */
export function StateTabs({ current, params }: { current: JobState | undefined; params: Params }) {
  const counts = useStore(overview)?.counts;
  const all = counts ? Object.values(counts).reduce((sum, one) => sum + one, 0) : undefined;
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone they scroll sideways.
    const shown = tabs.current?.querySelector<HTMLElement>('[aria-current]');
    if (shown) tabs.current!.scrollLeft = shown.offsetLeft - 40;
  }, [current]);
  return (
    <nav class="tabs" aria-label="States" ref={tabs}>
      <ul>
        {[undefined, ...STATES].map((state) => {
          const total = state === undefined ? all : counts?.[state];
          return (
            <li key={state ?? 'all'}>
              <a
                href={href('entries', undefined, { ...params, state })}
                aria-current={state === current ? 'page' : undefined}
              >
                {state === undefined ? 'All' : capitalized(state)}{' '}
                {total !== undefined && <span class="count">{number(total)}</span>}
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
