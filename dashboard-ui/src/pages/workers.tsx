import { refusal } from '../actions/abilities.js';
import { get } from '../api/client.js';
import { overview } from '../api/live.js';
import type { Worker } from '../api/types.js';
import { Empty, Loading, Trouble } from '../parts/messages.js';
import { Page } from '../parts/page.js';
import { number } from '../parts/text.js';
import { Time } from '../parts/time.js';
import { useEvery, useResource } from '../state/resource.js';
import { useStore } from '../state/store.js';

export function WorkersPage() {
  const status = useStore(overview);
  const lacking = status && refusal('query', { ...status, readOnly: false });
  const { data, error, reload } = useResource('workers', (signal) =>
    get<{ workers: Worker[] }>('workers', {}, signal),
  );
  useEvery(3_000, reload);
  return (
    <Page title="Workers">
      {lacking && <Empty title="There are no workers to look at.">{lacking}</Empty>}
      {!lacking && error !== undefined && <Trouble text={error} onRetry={reload} />}
      {!lacking && !data && error === undefined && <Loading />}
      {!lacking && data && <List workers={data.workers} />}
    </Page>
  );
}

function List({ workers }: { workers: readonly Worker[] }) {
  if (workers.length === 0) {
    return (
      <Empty title="No worker is alive: nothing runs.">
        Start a process of the app whose <code>worker</code> option is not <code>false</code>, or call{' '}
        <code>JobWorker.start()</code>.
      </Empty>
    );
  }
  return (
    <table>
      <caption class="unseen">Workers that live</caption>
      <thead>
        <tr>
          <th scope="col">Worker</th>
          <th scope="col">Running</th>
          <th scope="col" class="is-wide-only">
            Queues of their own
          </th>
          <th scope="col" class="is-wide-only">
            Started
          </th>
          <th scope="col">Last seen</th>
        </tr>
      </thead>
      <tbody>
        {workers.map((worker) => (
          <Row key={worker.id} of={worker} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  of: { id, host, pid, isHere, startedAt, seenAt, running, concurrency, queues },
}: {
  of: Worker;
}) {
  const own = Object.entries(queues);
  return (
    <tr>
      <th scope="row" class="job">
        {host ?? id}
        {pid !== undefined && `, process ${pid}`}
        <span class="sub">
          {isHere && <span class="badge">this process</span>}
          {host !== undefined && <span class="id">{id}</span>}
        </span>
      </th>
      <td>
        <span class="load">
          {number(running)}
          {concurrency !== undefined && ` of ${number(concurrency)}`}
          {concurrency !== undefined && (
            <meter min={0} max={concurrency} value={running} aria-label="Slots in use" />
          )}
        </span>
      </td>
      <td class="is-wide-only">
        {own.length === 0 ? 'none' : own.map(([name, slots]) => `${name} (${slots})`).join(', ')}
      </td>
      <td class="is-wide-only">
        <Time at={startedAt} />
      </td>
      <td>
        <Time at={seenAt} />
      </td>
    </tr>
  );
}
