import { withLock } from '../../../scripts/toolchain/lock.mjs';
import { areBuilt, buildPages } from '../../../scripts/toolchain/pages.mjs';
import { succeeded } from '../../../scripts/toolchain/run.mjs';

/** The pages as they are in the sources: built where they are not, or where they are older. */
export default async function setUp(): Promise<void> {
  if (areBuilt()) return;
  const ended = await withLock(() => (areBuilt() ? undefined : buildPages(process.execPath)));
  if (ended && !succeeded(ended)) throw new Error('The pages of the dashboard could not be built.');
}
