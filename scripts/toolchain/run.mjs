import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { inRoot } from './paths.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program at the root of the repository, and resolves with how it ended. It gets our signals, so that nothing
 * outlives this process.
 */
export async function run(command, args, options = {}) {
  const { onOutput, ...spawnOptions } = options;
  const stdio = onOutput ? ['ignore', 'pipe', 'pipe'] : 'inherit';
  const child = spawn(command, args, { cwd: inRoot('.'), stdio, ...spawnOptions });
  child.stdout?.on('data', onOutput);
  child.stderr?.on('data', onOutput);
  const forward = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward);
  }
}

export const succeeded = ({ code }) => code === 0;

/** Ends this process the way the program ended, so that callers see its exit code or signal. */
export function endLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  process.exit(code ?? 128 + constants.signals[signal]);
}
