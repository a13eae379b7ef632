import { overview } from '../api/live.js';
import { get } from '../api/client.js';
import { lacking } from '../actions/abilities.js';
import { titleOf } from '../actions/entry-actions.js';
import { type EntryPage, type Overview, STATES } from '../api/types.js';
import { Empty, Loading } from '../parts/messages.js';
import { Page } from '../parts/page.js';
import { RateChart } from '../parts/rate-chart.js';
import { capitalized, number } from '../parts/text.js';
import { Time } from '../parts/time.js';
import { serverNow } from '../state/clock.js';
import { useOnChange, useResource } from '../state/resource.js';
import { href } from '../state/route.js';
import { useStore } from '../state/store.js';

const NOTABLY_LATE_MS = 60_000;

export function OverviewPage() {
  const status = useStore(overview);
  return (
    <Page title="Overview">
      {!status && <Loading />}
      {status && <Counts status={status} />}
      {status?.counts && <Overdue since={status.oldestDue} />}
      {status && <RateChart points={status.rates.points} />}
      {status?.counts && <LatestFailures />}
    </Page>
  );
}

function Counts({ status }: { status: Overview }) {
  const { counts } = status;
  if (!counts) {
    return (
      <Empty title="This scheduler keeps nothing that could be counted.">{lacking('query', status)}</Empty>
    );
  }
  return (
    <ul class="counts" aria-label="Entries by state">
      {STATES.map((state) => (
        <li key={state}>
          <a
            href={href('entries', undefined, { state })}
            class={`state-${state} ${counts[state] ? '' : 'is-zero'}`}
          >
            <span class="figure">{number(counts[state])}</span>
            <span class="name">{capitalized(state)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Overdue({ since }: { since: string | null }) {
  if (since === null) return <p class="overdue">Nothing is overdue.</p>;
  const isLate = serverNow() - Date.parse(since) > NOTABLY_LATE_MS;
  return (
    <p class={`overdue ${isLate ? 'is-late' : ''}`}>
      The entry that waits longest was due <Time at={since} />.{' '}
      {isLate && (
        <>
          Is a <a href={href('workers')}>worker</a> alive, or a <a href={href('queues')}>queue</a> paused?
        </>
      )}
    </p>
  );
}

function LatestFailures() {
  const { data, reload } = useResource('failures', (signal) =>
    get<EntryPage>('entries', { state: 'failed', limit: 5 }, signal),
  );
  useOnChange(reload, 3_000);
  if (!data) return null;
  return (
    <section class="panel" aria-labelledby="failures">
      <div class="panel-head">
        <h2 id="failures">Newest that failed</h2>
        {data.entries.length > 0 && <a href={href('entries', undefined, { state: 'failed' })}>Show all</a>}
      </div>
      {data.entries.length === 0 ? (
        <p class="hint">Nothing has failed.</p>
      ) : (
        <ul class="failures">
          {data.entries.map((entry) => (
            <li key={entry.id}>
              <a href={href('entries', entry.id)}>{titleOf(entry)}</a>
              <span class="sub error">
                {entry.lastError && `${entry.lastError.name}: ${entry.lastError.message}`}
              </span>
              <Time at={entry.finishedAt ?? entry.runAt} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
