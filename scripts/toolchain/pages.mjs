import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

/** Builds the pages of the dashboard to dist/dashboard/ui, and resolves with how that ended. */
export function buildPages(node) {
  const vite = inRoot('node_modules/vite/bin/vite.js');
  const config = inRoot('dashboard-ui/vite.config.ts');
  return run(node, [vite, 'build', '--config', config, '--logLevel', 'warn']);
}
