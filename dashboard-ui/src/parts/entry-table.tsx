import type { EntrySummary } from '../api/types.js';
import { titleOf } from '../actions/entry-actions.js';
import { heldRows } from '../state/held-back.js';
import { href } from '../state/route.js';
import type { Selection } from '../state/selection.js';
import { useStore } from '../state/store.js';
import { Progress } from './progress.js';
import { StateBadge } from './state-badge.js';
import { Time } from './time.js';

interface Props {
  readonly caption: string;
  readonly entries: readonly EntrySummary[];
  readonly left?: ReadonlySet<string>;
  readonly selection?: Selection;
}

export function EntryTable({ caption, entries, left, selection }: Props) {
  const held = useStore(heldRows);
  return (
    <table class="entries">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {selection && (
            <th scope="col" class="pick">
              <PageBox entries={entries} selection={selection} />
            </th>
          )}
          <th scope="col">Job</th>
          <th scope="col">State</th>
          <th scope="col" class="is-wide-only">
            Scheduled
          </th>
          <th scope="col" class="is-wide-only">
            When
          </th>
          <th scope="col" class="is-wide-only is-number">
            Attempt
          </th>
          <th scope="col" class="is-wide-only">
            Queue
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <EntryRow
            key={entry.id}
            entry={entry}
            hasLeft={left?.has(entry.id) ?? false}
            held={held.get(entry.id)}
            {...(selection && { selection })}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly entry: EntrySummary;
  readonly hasLeft: boolean;
  readonly held: string | undefined;
  readonly selection?: Selection;
}

function EntryRow({ entry, hasLeft, held, selection }: RowProps) {
  const { id, state, scheduledAt, attempt, attempts, queue, key, progress, lastError } = entry;
  const title = titleOf(entry);
  const isSelected = selection?.has(id) ?? false;
  const note = held ?? (hasLeft ? 'no longer in this list' : undefined);
  return (
    <tr class={`${note ? 'is-faded' : ''} ${isSelected ? 'is-selected' : ''}`}>
      {selection && (
        <td class="pick">
          <label>
            <input
              type="checkbox"
              checked={isSelected}
              aria-label={`Select ${title}, ${id}`}
              onClick={(event) => selection.toggle(entry, event.shiftKey)}
            />
          </label>
        </td>
      )}
      <th scope="row" class="job">
        <a href={href('entries', id)}>{title}</a>
        <span class="sub">
          {key === undefined ? <span class="id">{id}</span> : <span class="key">{key}</span>}
        </span>
        {lastError && state !== 'succeeded' && (
          <span class="sub error" title={lastError.message}>
            {lastError.name}: {lastError.message}
          </span>
        )}
        {progress && state === 'running' && <Progress of={progress} />}
      </th>
      <td>
        <StateBadge state={state} />
        {note && <span class="sub note">{note}</span>}
        <span class="sub is-narrow-only">
          <When of={entry} />
        </span>
      </td>
      <td class="is-wide-only">
        <Time at={scheduledAt} />
      </td>
      <td class="is-wide-only">
        <When of={entry} />
      </td>
      <td class="is-wide-only is-number">
        {attempt} of {attempts}
      </td>
      <td class="is-wide-only queue">{queue}</td>
    </tr>
  );
}

/** The moment that matters in its state. */
function When({ of: { state, runAt, startedAt, finishedAt } }: { of: EntrySummary }) {
  if (state === 'scheduled') return <Labelled label="due" at={runAt} />;
  if (state === 'running' && startedAt) return <Labelled label="began" at={startedAt} />;
  if (finishedAt) return <Labelled label="ended" at={finishedAt} />;
  return <Labelled label="due" at={runAt} />;
}

function Labelled({ label, at }: { label: string; at: string }) {
  return (
    <>
      {label} <Time at={at} />
    </>
  );
}

function PageBox({ entries, selection }: { entries: readonly EntrySummary[]; selection: Selection }) {
  const chosen = entries.filter(({ id }) => selection.has(id)).length;
  const isAll = entries.length > 0 && chosen === entries.length;
  return (
    <label>
      <input
        type="checkbox"
        aria-label="Select all on this page"
        checked={isAll}
        ref={(box) => {
          if (box) box.indeterminate = chosen > 0 && !isAll;
        }}
        onClick={() => selection.setAll(entries, !isAll)}
      />
    </label>
  );
}
