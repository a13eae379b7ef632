import { refusal } from '../actions/abilities.js';
import { remove, setPaused, trigger } from '../actions/recurring-actions.js';
import { get } from '../api/client.js';
import { overview } from '../api/live.js';
import type { Recurring } from '../api/types.js';
import { ActionButton } from '../parts/action-button.js';
import { Empty, Loading, Trouble } from '../parts/messages.js';
import { Page } from '../parts/page.js';
import { span } from '../parts/text.js';
import { Time } from '../parts/time.js';
import { heldRows } from '../state/held-back.js';
import { useEvery, useOnChange, useResource } from '../state/resource.js';
import { useStore } from '../state/store.js';

export function RecurringPage() {
  const status = useStore(overview);
  const lacking = status && refusal('recurring', { ...status, readOnly: false });
  const { data, error, reload } = useResource('recurring', (signal) =>
    get<{ recurring: Recurring[] }>('recurring', {}, signal),
  );
  useOnChange(reload, 3_000);
  useEvery(15_000, reload);
  return (
    <Page title="Recurring jobs">
      {lacking && <Empty title="Nothing recurs here.">{lacking}</Empty>}
      {!lacking && error !== undefined && <Trouble text={error} onRetry={reload} />}
      {!lacking && !data && error === undefined && <Loading />}
      {!lacking && data && <List recurring={data.recurring} onDone={reload} />}
    </Page>
  );
}

function List({ recurring, onDone }: { recurring: readonly Recurring[]; onDone: () => void }) {
  if (recurring.length === 0) {
    return (
      <Empty title="Nothing recurs.">
        Put <code>@RecurringJob('clean-up', {"{ cron: '0 3 * * *' }"})</code> on a job, or call{' '}
        <code>scheduler.scheduleRecurring()</code>.
      </Empty>
    );
  }
  return (
    <table>
      <caption class="unseen">Recurring jobs</caption>
      <thead>
        <tr>
          <th scope="col">Recurring job</th>
          <th scope="col" class="is-wide-only">
            Schedule
          </th>
          <th scope="col">Next run</th>
          <th scope="col" class="is-wide-only">
            Last run
          </th>
          <th scope="col" class="buttons">
            <span class="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {recurring.map((one) => (
          <Row key={one.id} of={one} onDone={onDone} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ of, onDone }: { of: Recurring; onDone: () => void }) {
  const { id, name, nextRunAt, lastRunAt, paused = false } = of;
  const status = useStore(overview);
  const held = useStore(heldRows).get(id);
  const cannot = refusal('recurring', status);
  return (
    <tr class={held ? 'is-faded' : ''}>
      <th scope="row" class="job">
        {id}
        <span class="sub">{name}</span>
        <span class="sub is-narrow-only">{scheduleText(of)}</span>
        {held && <span class="sub note">{held}</span>}
      </th>
      <td class="is-wide-only">{scheduleText(of)}</td>
      <td>
        {paused ? <span class="badge is-paused">paused</span> : nextRunAt ? <Time at={nextRunAt} /> : 'never'}
      </td>
      <td class="is-wide-only">{lastRunAt ? <Time at={lastRunAt} /> : 'not yet'}</td>
      <td class="buttons">
        <ActionButton refusal={cannot} label={`Trigger ${id}`} onClick={() => trigger(id, onDone)}>
          Trigger
        </ActionButton>
        <ActionButton
          refusal={cannot}
          label={`${paused ? 'Resume' : 'Pause'} ${id}`}
          onClick={() => void setPaused(id, !paused, onDone)}
        >
          {paused ? 'Resume' : 'Pause'}
        </ActionButton>
        <ActionButton
          refusal={cannot}
          label={`Remove ${id}`}
          isDangerous
          onClick={() => void remove(id, onDone)}
        >
          Remove
        </ActionButton>
      </td>
    </tr>
  );
}

function scheduleText({ schedule: { cron, every, timeZone } }: Recurring): string {
  if (cron !== undefined) return timeZone === undefined ? cron : `${cron}, ${timeZone}`;
  return `every ${typeof every === 'number' ? span(every) : every}`;
}
