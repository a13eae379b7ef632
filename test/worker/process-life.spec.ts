import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { useCompiledLibrary } from '../support/compiled.js';

const library = useCompiledLibrary();

const PROGRAM = fileURLToPath(new URL('./support/only-waits.mjs', import.meta.url));

it.each([
  ['in process', () => []],
  ['in a file', () => [join(library.folder, 'jobs.db')]],
])(
  'a process that does nothing but wait for an entry %s lives until it has run, and ends when the app is closed',
  async (_, args) => {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, library.folder, ...args()], {
      timeout: 50_000,
    });
    expect(stdout).toBe('ran');
  },
  60_000,
);
