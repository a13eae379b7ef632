import { useEffect } from 'preact/hooks';
import { get } from '../api/client.js';
import type { EntrySummary } from '../api/types.js';
import { EntryTable } from '../parts/entry-table.js';
import { Empty, Loading, Trouble } from '../parts/messages.js';
import { Page } from '../parts/page.js';
import { useOnChange, useResource } from '../state/resource.js';
import { type Route, goInPlace, href } from '../state/route.js';

export function SearchPage({ route: { query } }: { route: Route }) {
  const text = query.q ?? '';
  const { data, error, isLoading, reload } = useResource(text, (signal) =>
    get<{ entries: EntrySummary[] }>('search', { q: text }, signal),
  );
  useOnChange(reload, 3_000);
  const [only, another] = data?.entries ?? [];
  useEffect(() => {
    // The one that was looked for.
    if (only && !another && (only.id === text || only.key === text)) goInPlace(href('entries', only.id));
  }, [only?.id]);
  return (
    <Page title="Search">
      <p class="lead">
        For <strong>{text}</strong>
      </p>
      {error !== undefined && <Trouble text={error} onRetry={reload} />}
      {!data && isLoading && <Loading />}
      {data && data.entries.length > 0 && (
        <EntryTable caption={`Entries found for ${text}`} entries={data.entries} />
      )}
      {data?.entries.length === 0 && (
        <Empty title={`Nothing has the id, the key or the name “${text}”.`}>
          It must fit as a whole, capitals too. Finished entries are kept for a while only.
        </Empty>
      )}
    </Page>
  );
}
