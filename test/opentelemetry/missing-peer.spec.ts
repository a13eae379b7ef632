import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CompiledLibrary } from '../support/compiled-library.js';

const installed = fileURLToPath(new URL('../../node_modules', import.meta.url));
/** Of its own, since what is installed beside it is not what the others have. */
let library: CompiledLibrary;
afterAll(() => library?.remove());

/** All that is installed here, but not the API. */
beforeAll(async () => {
  library = await CompiledLibrary.compile();
  const modules = join(library.folder, 'node_modules');
  rmSync(modules);
  mkdirSync(modules);
  for (const name of readdirSync(installed)) {
    if (name !== '@opentelemetry') symlinkSync(join(installed, name), join(modules, name), 'junction');
  }
}, 120_000);

async function importing(entry: string): Promise<string> {
  const program = `import('./${entry}').then(() => console.log('imported'), ({ message }) => console.log(message))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', program], {
    cwd: library.folder,
  });
  return stdout.trim();
}

it('without @opentelemetry/api its entry cannot be imported, and the error names package and entry; the others can', async () => {
  const api = join('opentelemetry', 'api.js');
  expect(await importing('opentelemetry/index.js')).toMatch(
    `Cannot find package '@opentelemetry/api' imported from ${join(library.folder, api)}`,
  );
  expect(await importing('index.js')).toBe('imported');
}, 60_000);
