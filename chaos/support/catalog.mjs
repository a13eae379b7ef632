import { readdirSync } from 'node:fs';

const folderOf = (kind) => new URL(`../${kind}/`, import.meta.url);

/** The engines, or the faults, that there are: a file each, and no list beside them to forget. */
export function namesOf(kind) {
  return readdirSync(folderOf(kind))
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => file.slice(0, -'.mjs'.length))
    .toSorted();
}

export async function load(kind, name) {
  return { name, ...(await import(new URL(`${name}.mjs`, folderOf(kind)).href)) };
}
