import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { afterAll } from 'vitest';
import { hostileInput } from './hostile-input.js';

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

hostileInput({
  name: 'sqliteScheduler()',
  runs: 40,
  scheduler: async () => sqliteScheduler({ file: join(folder, 'jobs.db') }),
});
