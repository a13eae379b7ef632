import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const inRepository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * Copies what the processes run: a build in another terminal empties `dist` for a moment, and processes are started all
 * the time.
 *
 * @returns the program to start.
 */
export function takeSnapshot(folder) {
  mkdirSync(folder);
  for (const part of ['dist', 'chaos', 'tools', 'package.json']) {
    cpSync(inRepository(part), join(folder, part), { recursive: true });
  }
  symlinkSync(inRepository('node_modules'), join(folder, 'node_modules'), 'junction');
  return join(folder, 'chaos/support/app.mjs');
}
