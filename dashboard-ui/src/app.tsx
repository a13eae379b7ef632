import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { overviewError } from './api/live.js';
import { DialogHost } from './parts/dialog-host.js';
import { Trouble } from './parts/messages.js';
import { Navigation } from './parts/navigation.js';
import { NoticeList } from './parts/notice-list.js';
import { TopBar } from './parts/top-bar.js';
import { EntriesPage } from './pages/entries.js';
import { EntryPage } from './pages/entry.js';
import { MissingPage } from './pages/missing.js';
import { OverviewPage } from './pages/overview.js';
import { QueuesPage } from './pages/queues.js';
import { RecurringPage } from './pages/recurring.js';
import { SearchPage } from './pages/search.js';
import { WorkersPage } from './pages/workers.js';
import { type Route, formerScroll, useRoute } from './state/route.js';
import { useStore } from './state/store.js';

const PAGES: Readonly<Record<string, ComponentType<{ route: Route }>>> = {
  overview: OverviewPage,
  entries: EntriesPage,
  search: SearchPage,
  recurring: RecurringPage,
  queues: QueuesPage,
  workers: WorkersPage,
};

export function App() {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  useFocusOnNewPage(main, route);
  const Shown = route.page === 'entries' && route.id !== undefined ? EntryPage : PAGES[route.page];
  return (
    <>
      {/* No link: the address belongs to the pages. */}
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <TopBar />
      <Navigation page={route.page} />
      <main ref={main} tabIndex={-1}>
        <Troubles />
        {Shown ? <Shown route={route} /> : <MissingPage />}
      </main>
      <NoticeList />
      <DialogHost />
    </>
  );
}

/** The server is away, or its store: what is shown is what it said last. */
function Troubles() {
  const error = useStore(overviewError);
  return error === undefined ? null : <Trouble text={error} />;
}

/** As if the browser had loaded a page: from its top, or where it was left, and a screen reader says its heading. */
function useFocusOnNewPage(main: { current: HTMLElement | null }, { page, id }: Route): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    scrollTo(0, formerScroll());
    main.current?.querySelector('h1')?.focus({ preventScroll: true });
  }, [page, id]);
}
