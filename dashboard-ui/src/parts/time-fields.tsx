import { useId } from 'preact/hooks';
import { serverNow } from '../state/clock.js';
import { relative } from './text.js';

const MINUTE = 60_000;
const QUICK = [
  { text: 'In 5 minutes', ms: 5 * MINUTE },
  { text: 'In 1 hour', ms: 60 * MINUTE },
  { text: 'In 1 day', ms: 24 * 60 * MINUTE },
];

interface Props {
  readonly time: Date | undefined;
  readonly onChange: (time: Date | undefined) => void;
}

export function TimeFields({ time, onChange }: Props) {
  const id = useId();
  return (
    <div class="time-fields">
      <label for={id}>New time, by your clock</label>
      <input
        id={id}
        type="datetime-local"
        step="1"
        required
        value={time ? localText(time) : ''}
        onInput={({ currentTarget: { value } }) => onChange(value ? new Date(value) : undefined)}
      />
      <p class="hint">{time ? relative(time.getTime(), serverNow()) : 'Give a date and a time.'}</p>
      <div class="quick" role="group" aria-label="Quick choices">
        {QUICK.map(({ text, ms }) => (
          <button
            type="button"
            class="button"
            key={text}
            onClick={() => onChange(new Date(serverNow() + ms))}
          >
            {text}
          </button>
        ))}
      </div>
    </div>
  );
}

/** The one that it has, if that is still to come; else in an hour. */
export function firstTime(from: string | undefined): Date {
  const had = from === undefined ? 0 : Date.parse(from);
  return new Date(had > serverNow() ? had : serverNow() + 60 * MINUTE);
}

/** As the field wants it: `2026-07-01T14:05:00`, local. */
export function localText(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * MINUTE);
  return local.toISOString().slice(0, 19);
}
