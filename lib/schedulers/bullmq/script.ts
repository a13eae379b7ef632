import { createHash } from 'node:crypto';
import { ENTRIES } from './lua/entries.lua.js';
import { LAYOUT } from './lua/layout.lua.js';

/** A script that the server runs as one step, between all others. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/** @param parts what it needs beside the layout and the entries, and itself. */
export function script(...parts: string[]): Script {
  const source = [LAYOUT, ENTRIES, ...parts].join('');
  return { source, sha: shaOf(source) };
}

/**
 * The same for a server that is out of memory: what ends entries or keeps a worker's place has to go on, since that is what
 * frees memory. Redis 7 and later read the flag; before, none of them goes on.
 */
export function outOfMemoryToo({ source }: Script): Script {
  const flagged = `#!lua flags=allow-oom\n${source}`;
  return { source: flagged, sha: shaOf(flagged) };
}

function shaOf(source: string): string {
  return createHash('sha1').update(source).digest('hex');
}
