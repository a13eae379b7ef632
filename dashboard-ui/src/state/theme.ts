import { Store } from './store.js';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'eventflow-jobs.theme';
const ORDER: readonly Theme[] = ['system', 'light', 'dark'];

export const theme = new Store<Theme>(read());
show(theme.value);

export function nextTheme(): void {
  const next = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length]!;
  theme.set(next);
  show(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // A browser that keeps nothing asks again the next time.
  }
}

function read(): Theme {
  try {
    const kept = localStorage.getItem(KEY) as Theme | null;
    return kept && ORDER.includes(kept) ? kept : 'system';
  } catch {
    return 'system';
  }
}

function show(chosen: Theme): void {
  document.documentElement.dataset.theme = chosen;
}
