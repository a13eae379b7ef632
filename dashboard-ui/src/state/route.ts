import { Store, useStore } from './store.js';

export interface Route {
  readonly page: string;
  readonly id?: string;
  readonly query: Readonly<Record<string, string>>;
}

export type Params = Readonly<Record<string, string | undefined>>;

/** Where each step of the browser's history was scrolled to: who goes back finds a list where it was left. */
const scrolls = new Map<number, number>();
let step = markedStep();

const route = new Store<Route>(parse(location.hash));

history.scrollRestoration = 'manual';
addEventListener('scroll', () => scrolls.set(step, scrollY), { passive: true });
addEventListener('hashchange', () => {
  step = markedStep();
  route.set(parse(location.hash));
});

export const useRoute = () => useStore(route);

/** 0 where one has not been before. */
export const formerScroll = () => scrolls.get(step) ?? 0;

/** `#/entries/id?name=value` */
export function href(page: string, id?: string, params: Params = {}): string {
  const given = Object.entries(params).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const query = new URLSearchParams(given).toString();
  const path = [page, ...(id === undefined ? [] : [encodeURIComponent(id)])].join('/');
  return `#/${path}${query && `?${query}`}`;
}

export function go(to: string): void {
  location.hash = to;
}

/** Without a step in the browser's history. */
export function goInPlace(to: string): void {
  history.replaceState({ step }, '', to);
  route.set(parse(to));
}

function markedStep(): number {
  const marked = (history.state as { step?: number } | null)?.step;
  if (marked !== undefined) return marked;
  const next = Date.now();
  history.replaceState({ step: next }, '');
  return next;
}

function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page, id] = path.split('/');
  return {
    page: page || 'overview',
    ...(id && { id: decode(id) }),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
