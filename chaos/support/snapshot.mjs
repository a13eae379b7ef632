import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const inRepository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Of `tsc`: into a folder of its own, and no more than what runs. Types are for the checks to find. */
const ONLY_WHAT_RUNS = [
  '--noCheck',
  '--composite false',
  '--incremental false',
  '--tsBuildInfoFile null',
  '--declaration false',
  '--inlineSources false',
].flatMap((option) => option.split(' '));

/**
 * Compiles the library, and copies what else the processes run: a build, or an edit, in another terminal changes what lies
 * in the repository, and processes are started all the time.
 *
 * @returns the program to start.
 */
export function takeSnapshot(folder) {
  mkdirSync(folder);
  for (const part of ['chaos', 'tools/servers', 'package.json']) {
    cpSync(inRepository(part), join(folder, part), { recursive: true });
  }
  symlinkSync(inRepository('node_modules'), join(folder, 'node_modules'), 'junction');
  const project = ['--project', inRepository('tsconfig.build.json'), '--outDir', join(folder, 'dist')];
  const tsc = inRepository('node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, ...project, ...ONLY_WHAT_RUNS], { stdio: 'inherit' });
  return join(folder, 'chaos/support/app.mjs');
}
