import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const inRepository = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Runs a program, and throws what it wrote when it fails. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const shell = program === 'npm' && process.platform === 'win32';
  try {
    const { stdout } = await promisify(execFile)(program, [...args], { cwd, shell, timeout: 120_000 });
    return stdout;
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause });
  }
}
