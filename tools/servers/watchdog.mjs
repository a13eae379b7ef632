// @ts-check
// Ends servers and removes their folders once the process that started it is gone, even by kill -9: then its input ends.
// Each line of it is an order: {"watch": pid}, {"release": pid}, {"mounted": path}, {"folder": path}.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, signal } from './processes.mjs';

const GRACE_MS = 10_000;

/** @type {Set<number>} */
const servers = new Set();
/** @type {Set<string>} */
const folders = new Set();
/** @type {Set<string>} */
const mounts = new Set();

for await (const line of createInterface({ input: process.stdin })) {
  const { watch, release, mounted, folder } = JSON.parse(line);
  if (watch) servers.add(watch);
  if (release) servers.delete(release);
  if (mounted) mounts.add(mounted);
  if (folder) folders.add(folder);
}
await Promise.all([...servers].map(end));
for (const mount of mounts) spawnSync('umount', ['--lazy', mount]);
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });

/** @param {number} pid */
async function end(pid) {
  const family = [pid, ...childrenOf(pid)];
  // To PostgreSQL it means: at once, children included. They may be frozen, and then would not hear it.
  signal(pid, 'SIGQUIT');
  for (const member of family) signal(member, 'SIGCONT');
  for (const last = Date.now() + GRACE_MS; Date.now() < last; await sleep(20)) {
    if (!signal(pid, 0)) return;
  }
  for (const member of family) signal(member, 'SIGKILL');
}
