import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const inRepository = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const WINDOWS = process.platform === 'win32';

/** The oldest Node.js that the library supports, from tools/node-22; or why there is none here. */
export function findNode22(): { node: string } | { missing: string } {
  const name = `node-${WINDOWS ? 'win' : process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(inRepository('tools/node-22/package.json')).resolve(
      `${name}/package.json`,
    );
    const node = join(dirname(manifest), 'bin', WINDOWS ? 'node.exe' : 'node');
    const version = versionOf(node);
    // Without its own, the package of tools/node would be found.
    if (version?.startsWith('v22.')) return { node };
    return { missing: version ? `instead of 22 there is ${version}` : `${name} does not run here` };
  } catch {
    return { missing: `the npm registry has no ${name} of that version, or it is not installed` };
  }
}

/** A Node.js in PATH that is too old to have SQLite, if the machine's own is one. */
export function findNodeWithoutSqlite(): { node: string } | { missing: string } {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const nodes = folders.map((folder) => join(folder, WINDOWS ? 'node.exe' : 'node')).filter(existsSync);
  const node = nodes.find((one) => Number(/^v(\d+)/.exec(versionOf(one) ?? '')?.[1] ?? 22) < 22);
  return node ? { node } : { missing: 'no Node.js in PATH is older than 22' };
}

function versionOf(node: string): string | undefined {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

export interface Answer {
  /** What the scenario gave, as JSON. */
  readonly result: any;
  /** All that it wrote to stderr. */
  readonly errors: string;
}

/** Runs one scenario of old-node-program.mjs. */
export function runScenario(node: string, scenario: string, options: object): Promise<Answer> {
  const program = fileURLToPath(new URL('./old-node-program.mjs', import.meta.url));
  const args = [program, scenario, JSON.stringify(options)];
  return new Promise((resolve, reject) => {
    execFile(node, args, { encoding: 'utf8', timeout: 60_000 }, (error, output, errors) => {
      const last = output.trim().split('\n').at(-1) ?? '';
      if (error) reject(new Error(`${scenario} failed: ${errors}`, { cause: error }));
      else resolve({ result: JSON.parse(last), errors });
    });
  });
}
