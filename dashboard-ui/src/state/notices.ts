import { Store } from './store.js';

type Tone = 'plain' | 'good' | 'bad';

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
  readonly undo?: () => void;
  /** For what is held back: does it now. */
  readonly hurry?: () => void;
  /** A link to what it is about. */
  readonly link?: { readonly href: string; readonly text: string };
  /** Until it goes by itself, in ms. */
  readonly stays?: number;
}

const STAYS_MS = 6_000;
const MOST = 4;

export const notices = new Store<readonly Notice[]>([]);
let lastId = 0;

/** A failure stays until it is dismissed. */
export function notify(text: string, options: Partial<Omit<Notice, 'id' | 'text'>> = {}): number {
  const tone = options.tone ?? 'plain';
  const id = ++lastId;
  const notice: Notice = { id, text, ...(tone !== 'bad' && { stays: STAYS_MS }), ...options, tone };
  notices.set([...withoutEldest(notices.value), notice]);
  return id;
}

export function dismiss(id: number): void {
  notices.set(notices.value.filter((notice) => notice.id !== id));
}

/** What can still be undone is never pushed out. */
function withoutEldest(shown: readonly Notice[]): readonly Notice[] {
  if (shown.length < MOST) return shown;
  const eldest = shown.find(({ hurry }) => !hurry);
  return shown.filter((notice) => notice !== eldest);
}
