import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { useCompiledLibrary } from '../../support/compiled.js';

const library = useCompiledLibrary();

const { peerDependencies: peers } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { peerDependencies: Record<string, string> };
const PROGRAM = fileURLToPath(new URL('./support/without-peers.mjs', import.meta.url));

it.each(['bullmq', 'ioredis'])(
  'without %s the app does not start, and the error gives the command that installs it',
  async (peer) => {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, library.folder, peer]);

    expect(stdout).toMatch(/^MissingDriverError: .* not installed: npm install /);
    expect(stdout.endsWith(`npm install bullmq@${peers.bullmq} ioredis`)).toBe(true);
  },
  60_000,
);
