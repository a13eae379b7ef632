import type { SuperJSONResult } from 'superjson';

const { toJSON } = Object.getOwnPropertyDescriptors(Date.prototype);

/** Not where somebody has changed how all dates become text. */
export function canWriteDates(): boolean {
  return Object.getOwnPropertyDescriptor(Date.prototype, 'toJSON')?.value === toJSON.value;
}

/**
 * What superjson would give for data in which nothing but Dates is more than JSON, as most are that are not plain: in
 * half its time. `json` still holds the Dates, which become text as JSON writes them.
 */
export function withDates(data: object): SuperJSONResult {
  const values: Record<string, ['Date']> = {};
  collectDates(data, '', values);
  return { json: data as never, meta: { values, v: 1 } };
}

function collectDates(node: object, prefix: string, found: Record<string, ['Date']>): void {
  for (const key of Object.keys(node)) {
    const value = (node as Record<string, unknown>)[key];
    if (typeof value !== 'object' || value === null) continue;
    const path = prefix + escaped(key);
    if (value instanceof Date) found[path] = ['Date'];
    else collectDates(value, `${path}.`, found);
  }
}

/** As superjson escapes what its paths are made of. */
function escaped(key: string): string {
  return key.includes('.') || key.includes('\\')
    ? key.replaceAll('\\', String.raw`\\`).replaceAll('.', String.raw`\.`)
    : key;
}
