import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** It goes with the test; after the app that has files in it, if that is started later. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'order-service-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
