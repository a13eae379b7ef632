import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * It is removed when the test ends, after all that was started later has been closed: an app whose file is gone tries for
 * five seconds to tell it what became of its attempts.
 */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
