import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inRepository } from './repository.js';

const WINDOWS = process.platform === 'win32';
const NAME = `node-${WINDOWS ? 'win' : process.platform}-${process.arch}`;

/** A Node.js of this major version: the running one or one of tools/. There may be none for this machine. */
export function findNode(major: number): string | undefined {
  const candidates = [process.execPath, ...['node', `node-${major}`].map(bundled)];
  return candidates.find((node) => node && versionOf(node)?.startsWith(`v${major}.`));
}

function bundled(tool: string): string | undefined {
  try {
    const manifest = createRequire(inRepository(`tools/${tool}/package.json`)).resolve(
      `${NAME}/package.json`,
    );
    return join(dirname(manifest), 'bin', WINDOWS ? 'node.exe' : 'node');
  } catch {
    return undefined;
  }
}

function versionOf(node: string): string | undefined {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
