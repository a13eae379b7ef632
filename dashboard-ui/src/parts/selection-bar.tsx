import { act } from '../actions/entry-actions.js';
import { ENTRY_ACTIONS, entryRefusal } from '../actions/abilities.js';
import { overview } from '../api/live.js';
import type { EntryAction } from '../api/types.js';
import type { Selection } from '../state/selection.js';
import { useStore } from '../state/store.js';
import { ActionButton } from './action-button.js';
import { number } from './text.js';

const ORDER: readonly EntryAction[] = ['retry', 'run-now', 'reschedule', 'cancel'];

interface Props {
  readonly selection: Selection;
  readonly onDone: (ids: readonly string[]) => void;
}

/** What can be done to those that are selected. */
export function SelectionBar({ selection, onDone }: Props) {
  const status = useStore(overview);
  const chosen = selection.entries;
  if (chosen.length === 0) return null;
  const states = chosen.map(({ state }) => state);
  const clear = () => {
    selection.clear();
    // The button that was pressed goes, and the focus is not to go with it.
    document.querySelector('main')?.focus({ preventScroll: true });
  };
  const run = async (action: EntryAction) => (await act(action, chosen, onDone)) && clear();
  return (
    <section class="selection" aria-label="Selection">
      <p role="status">
        <strong>{number(chosen.length)}</strong> selected
      </p>
      {ORDER.map((action) => (
        <ActionButton
          key={action}
          refusal={entryRefusal(action, states, status)}
          isDangerous={ENTRY_ACTIONS[action].isDangerous ?? false}
          onClick={() => void run(action)}
        >
          {ENTRY_ACTIONS[action].label}
          {action === 'reschedule' && '…'}
        </ActionButton>
      ))}
      <button type="button" class="button is-quiet" onClick={clear}>
        Clear
      </button>
    </section>
  );
}
