import { delimiter, dirname } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';
import { findNode } from './node.mjs';
import { inRoot } from './paths.mjs';

/**
 * Sets up what is missing and returns the path of the Node.js to use. That Node.js and the installed tools also come
 * first in PATH, so that every `node` started from here is the same one.
 */
export async function setUp() {
  await ensureDependencies();
  const node = findNode();
  process.env.PATH = [dirname(node), inRoot('node_modules/.bin'), process.env.PATH].join(delimiter);
  return node;
}
