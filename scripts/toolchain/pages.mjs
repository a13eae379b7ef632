import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

/** Builds the pages of the dashboard to dist/dashboard/ui, and resolves with how that ended. */
export function buildPages(node) {
  const vite = inRoot('node_modules/vite/bin/vite.js');
  const config = inRoot('dashboard-ui/vite.config.ts');
  return run(node, [vite, 'build', '--config', config, '--logLevel', 'warn']);
}

/** Whether the pages are there, and none of their sources is newer. */
export function areBuilt() {
  const built = changedAt(inRoot('dist/dashboard/ui/index.html'));
  const sources = readdirSync(inRoot('dashboard-ui'), { recursive: true, encoding: 'utf8' });
  return sources.every((file) => changedAt(join(inRoot('dashboard-ui'), file)) < built);
}

function changedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
