import { refusal } from '../actions/abilities.js';
import { setAllPaused, setQueuePaused } from '../actions/queue-actions.js';
import { get } from '../api/client.js';
import { overview } from '../api/live.js';
import type { Queue } from '../api/types.js';
import { ActionButton } from '../parts/action-button.js';
import { Empty, Loading, Trouble } from '../parts/messages.js';
import { Page } from '../parts/page.js';
import { number } from '../parts/text.js';
import { useEvery, useOnChange, useResource } from '../state/resource.js';
import { href } from '../state/route.js';
import { useStore } from '../state/store.js';

/** As far as the server counts. */
const MOST_COUNTED = 10_000;

export function QueuesPage() {
  const status = useStore(overview);
  const lacking = status && refusal('query', { ...status, readOnly: false });
  const { data, error, reload } = useResource('queues', (signal) =>
    get<{ queues: Queue[] }>('queues', {}, signal),
  );
  useOnChange(reload, 2_000);
  useEvery(10_000, reload);
  const cannot = refusal('pause', status);
  const queues = data?.queues ?? [];
  const tools = (
    <>
      <ActionButton refusal={cannot} onClick={() => void setAllPaused(true, queues, reload)}>
        Pause all
      </ActionButton>
      <ActionButton refusal={cannot} onClick={() => void setAllPaused(false, queues, reload)}>
        Resume all
      </ActionButton>
    </>
  );
  return (
    <Page title="Queues" tools={tools}>
      {lacking && <Empty title="There are no queues to look at.">{lacking}</Empty>}
      {!lacking && error !== undefined && <Trouble text={error} onRetry={reload} />}
      {!lacking && !data && error === undefined && <Loading />}
      {!lacking && data && <List queues={queues} cannot={cannot} onDone={reload} />}
    </Page>
  );
}

interface ListProps {
  readonly queues: readonly Queue[];
  readonly cannot: string | undefined;
  readonly onDone: () => void;
}

function List({ queues, cannot, onDone }: ListProps) {
  if (queues.length === 0) {
    return (
      <Empty title="No queue has work.">
        Queues show here while entries wait in them, or while they are paused.
      </Empty>
    );
  }
  return (
    <table>
      <caption class="unseen">Queues</caption>
      <thead>
        <tr>
          <th scope="col">Queue</th>
          <th scope="col" class="is-number">
            Scheduled
          </th>
          <th scope="col" class="is-wide-only">
            State
          </th>
          <th scope="col" class="buttons">
            <span class="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {queues.map((queue) => (
          <Row key={queue.name} of={queue} cannot={cannot} onDone={onDone} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ of: { name, scheduled, paused }, cannot, onDone }: Omit<ListProps, 'queues'> & { of: Queue }) {
  const state = <span class={`badge ${paused ? 'is-paused' : 'is-open'}`}>{paused ? 'paused' : 'open'}</span>;
  return (
    <tr>
      <th scope="row" class="job">
        <a href={href('entries', undefined, { queue: name })}>{name}</a>
        <span class="sub is-narrow-only">{state}</span>
      </th>
      <td class="is-number">
        {number(scheduled)}
        {scheduled >= MOST_COUNTED && ' or more'}
      </td>
      <td class="is-wide-only">{state}</td>
      <td class="buttons">
        <ActionButton
          refusal={cannot}
          label={`${paused ? 'Resume' : 'Pause'} ${name}`}
          onClick={() => void setQueuePaused(name, !paused, onDone)}
        >
          {paused ? 'Resume' : 'Pause'}
        </ActionButton>
      </td>
    </tr>
  );
}
