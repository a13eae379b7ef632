import { Store, useStore } from './store.js';

export interface Route {
  readonly page: string;
  readonly id?: string;
  readonly query: Readonly<Record<string, string>>;
}

export type Params = Readonly<Record<string, string | undefined>>;

const route = new Store<Route>(parse(location.hash));
addEventListener('hashchange', () => route.set(parse(location.hash)));

export const useRoute = () => useStore(route);

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
  history.replaceState(null, '', to);
  route.set(parse(to));
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
