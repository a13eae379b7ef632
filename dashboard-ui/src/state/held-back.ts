import { dismiss, notify } from './notices.js';
import { Store } from './store.js';

const HOLD_MS = 6_000;

export interface HeldBack {
  /** What is about to happen, as a sentence. */
  readonly text: string;
  /** The entries that it is about. */
  readonly ids: readonly string[];
  /** What their rows say meanwhile. */
  readonly label: string;
  /** @param isLeaving the page may be gone before the answer is there */
  send(isLeaving: boolean): void;
}

/** Which rows wait for what, by id. */
export const heldRows = new Store<ReadonlyMap<string, string>>(new Map());

const waiting = new Map<HeldBack, (isLeaving: boolean) => void>();

/** For what cannot be reversed: it is sent only after a while in which it can be undone. */
export function holdBack(action: HeldBack): void {
  const settle = (then?: () => void) => {
    if (!waiting.delete(action)) return;
    clearTimeout(timer);
    dismiss(notice);
    tellRows();
    then?.();
  };
  const send = (isLeaving: boolean) => settle(() => action.send(isLeaving));
  waiting.set(action, send);
  const timer = setTimeout(() => send(false), HOLD_MS);
  const notice = notify(action.text, { undo: () => settle(), hurry: () => send(false), stays: HOLD_MS });
  tellRows();
}

// Who leaves the page has not taken it back.
addEventListener('pagehide', () => {
  for (const send of waiting.values()) send(true);
});

function tellRows(): void {
  const rows = new Map<string, string>();
  for (const { ids, label } of waiting.keys()) for (const id of ids) rows.set(id, label);
  heldRows.set(rows);
}
