import { refusal } from '../actions/abilities.js';
import { overview } from '../api/live.js';
import { type JobState, STATES } from '../api/types.js';
import { EntryFilters, SPANS, filtersOf, isFiltered } from '../parts/entry-filters.js';
import { EntryTable } from '../parts/entry-table.js';
import { Icon } from '../parts/icon.js';
import { Empty, Loading, Trouble } from '../parts/messages.js';
import { Page } from '../parts/page.js';
import { SelectionBar } from '../parts/selection-bar.js';
import { StateTabs } from '../parts/state-tabs.js';
import { count } from '../parts/text.js';
import { serverNow } from '../state/clock.js';
import { type EntryList, useEntryList } from '../state/entry-list.js';
import type { Params, Route } from '../state/route.js';
import { useSelection } from '../state/selection.js';
import { useStore } from '../state/store.js';

export function EntriesPage({ route: { query } }: { route: Route }) {
  const status = useStore(overview);
  const reading = status && refusal('query', { ...status, readOnly: false });
  if (reading) {
    return (
      <Page title="Entries">
        <Empty title="There are no entries to look at.">{reading}</Empty>
      </Page>
    );
  }
  return <Entries query={query} />;
}

function Entries({ query }: { query: Params }) {
  const state = STATES.find((one) => one === query.state);
  const filters = filtersOf(query);
  const key = JSON.stringify([state, filters]);
  const list = useEntryList(key, () => ({ ...toQuery(filters), state }));
  const selection = useSelection(key, list.entries);
  return (
    <Page title="Entries">
      <StateTabs current={state} params={filters} />
      <EntryFilters query={{ ...filters, state }} />
      <SelectionBar selection={selection} onDone={list.refresh} />
      {list.error !== undefined && <Trouble text={list.error} onRetry={list.renew} />}
      <Fresh list={list} />
      {list.entries.length > 0 ? (
        <EntryTable
          caption={`${state ? `${state} entries` : 'Entries'}, newest first`}
          entries={list.entries}
          left={list.left}
          selection={selection}
        />
      ) : (
        list.error === undefined &&
        (list.isLoading ? <Loading /> : <Nothing state={state} query={query} list={list} />)
      )}
      <Pager list={list} />
    </Page>
  );
}

function toQuery({ span, from, before, ...texts }: Params): Params {
  const ms = span && SPANS[span]?.ms;
  return {
    ...texts,
    ...(ms && { from: new Date(serverNow() - ms).toISOString() }),
    ...(span === 'own' && { from, before }),
  };
}

/** Nothing jumps while it is read: who wants to see what came asks for it. */
function Fresh({ list: { fresh, renew } }: { list: EntryList }) {
  return (
    <div class="fresh" role="status">
      {fresh > 0 && (
        <button type="button" class="chip" onClick={renew}>
          {fresh >= 50 ? '50 or more' : fresh} new
        </button>
      )}
    </div>
  );
}

function Pager({ list: { page, hasNext, entries, previous, next } }: { list: EntryList }) {
  if (page === 1 && !hasNext) return null;
  const turn = (move: () => void) => () => {
    move();
    scrollTo(0, 0);
  };
  return (
    <nav class="pager" aria-label="Pages of the list">
      <button type="button" class="button" disabled={page === 1} onClick={turn(previous)}>
        <Icon name="back" /> Newer
      </button>
      <span>
        Page {page}, {count(entries.length, 'entry', 'entries')}
      </span>
      <button type="button" class="button" disabled={!hasNext} onClick={turn(next)}>
        Older <Icon name="next" />
      </button>
    </nav>
  );
}

const NOTHING: Readonly<Record<JobState, readonly [string, string]>> = {
  scheduled: ['Nothing waits.', 'Entries that are scheduled show here until they run.'],
  running: [
    'Nothing runs.',
    'If entries are due, look at Workers: is one alive? And at Queues: is one paused?',
  ],
  succeeded: ['Nothing has succeeded lately.', 'Finished entries are kept for a while only.'],
  failed: ['Nothing has failed.', 'Entries whose attempts are used up show here, to be retried.'],
  cancelled: ['Nothing was cancelled lately.', 'Finished entries are kept for a while only.'],
  parked: ['Nothing is parked.', 'Entries that no process knows, or whose data was refused, show here.'],
};

function Nothing({ state, query, list }: { state: JobState | undefined; query: Params; list: EntryList }) {
  if (list.page > 1) return <Empty title="Nothing is left on this page.">Go back to a newer one.</Empty>;
  if (isFiltered(query)) {
    return (
      <Empty title="No entry fits these filters.">
        Names, keys and queues must fit as a whole, capitals too.
      </Empty>
    );
  }
  if (state) {
    const [title, hint] = NOTHING[state];
    return <Empty title={title}>{hint}</Empty>;
  }
  return (
    <Empty title="Nothing is scheduled yet.">
      What the app schedules shows here: call <code>scheduler.schedule(job, '5 minutes')</code>.
    </Empty>
  );
}
