import { act, titleOf } from '../actions/entry-actions.js';
import { ENTRY_ACTIONS, entryRefusal } from '../actions/abilities.js';
import { get } from '../api/client.js';
import { overview } from '../api/live.js';
import type { EntryAction, EntryDetail, Explanation } from '../api/types.js';
import { ActionButton } from '../parts/action-button.js';
import { EntryData } from '../parts/entry-data.js';
import { EntryFacts } from '../parts/entry-facts.js';
import { Loading, Trouble } from '../parts/messages.js';
import { Page } from '../parts/page.js';
import { Progress } from '../parts/progress.js';
import { StateBadge } from '../parts/state-badge.js';
import { Sentence } from '../parts/time.js';
import { Timeline } from '../parts/timeline.js';
import { heldRows } from '../state/held-back.js';
import { useEvery, useOnChange, useResource } from '../state/resource.js';
import { type Route, href } from '../state/route.js';
import { useStore } from '../state/store.js';

const ORDER: readonly EntryAction[] = ['retry', 'run-now', 'reschedule', 'cancel'];

interface Answer {
  readonly entry: EntryDetail;
  readonly explanation: Explanation;
}

export function EntryPage({ route: { id = '' } }: { route: Route }) {
  const { data, error, isLoading, reload } = useResource(id, (signal) =>
    get<Answer>(`entries/${encodeURIComponent(id)}`, {}, signal),
  );
  useOnChange(reload, 500, id);
  // Progress, and what keeps it from running, are not told of.
  const isUnderWay = data?.entry.state === 'running' || data?.entry.state === 'scheduled';
  useEvery(data?.entry.state === 'running' ? 1_500 : 10_000, () => isUnderWay && reload());
  if (!data) {
    return (
      <Page title="Entry">
        {error === undefined ? isLoading && <Loading /> : <Trouble text={error} onRetry={reload} />}
      </Page>
    );
  }
  const { entry, explanation } = data;
  return (
    <Page title={titleOf(entry)} tools={<Actions entry={entry} onDone={reload} />}>
      {error !== undefined && <Trouble text={error} onRetry={reload} />}
      <Standing entry={entry} explanation={explanation} />
      <div class="columns">
        <section class="panel" aria-labelledby="timeline">
          <h2 id="timeline">Timeline</h2>
          <Timeline entry={entry} />
        </section>
        <section class="panel" aria-labelledby="facts">
          <h2 id="facts">Details</h2>
          <EntryFacts entry={entry} />
        </section>
      </div>
      <EntryData entry={entry} />
    </Page>
  );
}

/** How it stands with it, and why. */
function Standing({ entry, explanation }: Answer) {
  const held = useStore(heldRows).get(entry.id);
  return (
    <div class={`standing state-${entry.state}`}>
      <p>
        <StateBadge state={entry.state} /> {held && <em>{held}</em>}
      </p>
      <p class="explanation">
        <Sentence text={explanation.text} /> <Where reason={explanation.reason} />
      </p>
      {entry.progress && entry.state === 'running' && <Progress of={entry.progress} />}
    </div>
  );
}

/** Where it can be mended. */
function Where({ reason }: { reason: string }) {
  if (reason === 'paused') return <a href={href('queues')}>Show the queues</a>;
  if (reason === 'no-worker' || reason === 'limit' || reason === 'overdue') {
    return <a href={href('workers')}>Show the workers</a>;
  }
  return null;
}

function Actions({ entry, onDone }: { entry: EntryDetail; onDone: () => void }) {
  const status = useStore(overview);
  return (
    <>
      {ORDER.map((action) => (
        <ActionButton
          key={action}
          refusal={entryRefusal(action, [entry.state], status)}
          isDangerous={ENTRY_ACTIONS[action].isDangerous ?? false}
          onClick={() => void act(action, [entry], onDone)}
        >
          {ENTRY_ACTIONS[action].label}
          {action === 'reschedule' && '…'}
        </ActionButton>
      ))}
    </>
  );
}
