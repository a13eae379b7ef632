import { useId, useState } from 'preact/hooks';
import { get } from '../api/client.js';
import type { Definitions, Queue } from '../api/types.js';
import { goInPlace, href, type Params } from '../state/route.js';
import { useResource } from '../state/resource.js';
import { useDraft } from './draft.js';
import { Icon } from './icon.js';
import { localText } from './time-fields.js';

const HOUR = 3_600_000;
export const SPANS: Readonly<Record<string, { readonly text: string; readonly ms: number }>> = {
  '1h': { text: 'The last hour', ms: HOUR },
  '24h': { text: 'The last 24 hours', ms: 24 * HOUR },
  '7d': { text: 'The last 7 days', ms: 7 * 24 * HOUR },
};

const FILTERS = ['name', 'command', 'key', 'queue', 'span', 'from', 'before'] as const;

/** Of what the address says. */
export function filtersOf(query: Params): Params {
  return Object.fromEntries(FILTERS.map((name) => [name, query[name]]));
}

export function isFiltered(query: Params): boolean {
  return FILTERS.some((name) => query[name]);
}

export function EntryFilters({ query }: { query: Params }) {
  const [isOpen, setOpen] = useState(isFiltered(query));
  const id = useId();
  const known = useKnown();
  const change = (some: Params) => goInPlace(href('entries', undefined, { ...query, ...some }));
  const set = FILTERS.filter((name) => query[name]).length;
  const text = (
    name: 'name' | 'command' | 'key' | 'queue',
    label: string,
    choices: readonly string[] = [],
  ) => <Field label={label} name={name} value={query[name] ?? ''} choices={choices} onChange={change} />;
  return (
    <div class="filters">
      <button
        type="button"
        class="button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="filter" />
        Filters{set > 0 && ` (${set})`}
      </button>
      {set > 0 && (
        <button
          type="button"
          class="button is-quiet"
          onClick={() => goInPlace(href('entries', undefined, { state: query.state }))}
        >
          Clear filters
        </button>
      )}
      <div id={id} class="filter-fields" role="search" aria-label="Filters" hidden={!isOpen}>
        {text('name', 'Job name', known.jobs)}
        {text('command', 'Command', known.commands)}
        {text('key', 'Key')}
        {text('queue', 'Queue', known.queues)}
        <SpanField query={query} onChange={change} />
      </div>
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly choices: readonly string[];
  readonly onChange: (some: Params) => void;
}

function Field({ label, name, value, choices, onChange }: FieldProps) {
  const id = useId();
  const draft = useDraft(value, (text) => onChange({ [name]: text.trim() }));
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        autocomplete="off"
        spellcheck={false}
        list={choices.length > 0 ? `${id}-choices` : undefined}
        {...draft}
      />
      {choices.length > 0 && (
        <datalist id={`${id}-choices`}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </div>
  );
}

function SpanField({ query, onChange }: { query: Params; onChange: (some: Params) => void }) {
  const id = useId();
  const isOwn = query.span === 'own';
  return (
    <>
      <div class="field">
        <label for={id}>Scheduled in</label>
        <select
          id={id}
          value={query.span ?? ''}
          onChange={({ currentTarget: { value } }) => onChange({ span: value, from: '', before: '' })}
        >
          <option value="">Any time</option>
          {Object.entries(SPANS).map(([name, { text }]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
          <option value="own">A span of my own</option>
        </select>
      </div>
      {isOwn && (
        <>
          <TimeField label="From" name="from" value={query.from} onChange={onChange} />
          <TimeField label="Before" name="before" value={query.before} onChange={onChange} />
        </>
      )}
    </>
  );
}

interface TimeFieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string | undefined;
  readonly onChange: (some: Params) => void;
}

function TimeField({ label, name, value, onChange }: TimeFieldProps) {
  const id = useId();
  const draft = useDraft(value ? localText(new Date(value)).slice(0, 16) : '', (text) =>
    onChange({ [name]: text && new Date(text).toISOString() }),
  );
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="datetime-local" {...draft} />
    </div>
  );
}

/** To choose from. Where they cannot be had, names are typed. */
function useKnown() {
  const definitions = useResource('definitions', (signal) =>
    get<Definitions>('definitions', {}, signal),
  ).data;
  const queues = useResource('queues', (signal) => get<{ queues: Queue[] }>('queues', {}, signal)).data
    ?.queues;
  const names = (some: readonly { readonly name: string }[] = []) => some.map(({ name }) => name);
  return {
    jobs: names(definitions?.jobs),
    commands: names(definitions?.commands),
    queues: names(queues),
  };
}
