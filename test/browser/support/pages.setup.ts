import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from '../../../scripts/toolchain/lock.mjs';
import { buildPages } from '../../../scripts/toolchain/pages.mjs';
import { succeeded } from '../../../scripts/toolchain/run.mjs';

const path = (relative: string) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));

/** The pages as they are in the sources: built where they are not, or where they are older. */
export default async function setUp(): Promise<void> {
  if (areBuilt()) return;
  const ended = await withLock(() => (areBuilt() ? undefined : buildPages(process.execPath)));
  if (ended && !succeeded(ended)) throw new Error('The pages of the dashboard could not be built.');
}

function areBuilt(): boolean {
  const built = changedAt(path('dist/dashboard/ui/index.html'));
  const sources = readdirSync(path('dashboard-ui'), { recursive: true, encoding: 'utf8' });
  return sources.every((file) => changedAt(join(path('dashboard-ui'), file)) < built);
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
