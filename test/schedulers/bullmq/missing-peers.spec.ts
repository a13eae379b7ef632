import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CompiledLibrary } from '../sqlite/support/compiled-library.js';

const library = new CompiledLibrary();
beforeAll(() => library.compile(), 120_000);
afterAll(() => library.remove());

const PROGRAM = fileURLToPath(new URL('./support/without-peers.mjs', import.meta.url));

it.each(['bullmq', 'ioredis'])(
  'without %s the app does not start, and the error gives the command that installs it',
  async (peer) => {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, library.folder, peer]);

    expect(stdout).toMatch(/^MissingDriverError: .* not installed: npm install bullmq ioredis$/);
  },
  60_000,
);
