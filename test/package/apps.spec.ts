import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import type { ModuleKind } from './support/compiled-app.js';
import { findNode } from './support/nodes.js';
import { run } from './support/repository.js';

const folders = inject('installed');

interface Case {
  readonly nest: 'bare' | 'nest12' | 'nest11';
  readonly module: ModuleKind;
  readonly node: 22 | 24 | 26;
  readonly platform: 'none' | 'express' | 'fastify';
}

// Both kinds of module on each Nest, on the oldest Node.js and on later ones, with each of Nest's HTTP platforms.
const CASES: readonly Case[] = [
  { nest: 'bare', module: 'esm', node: 22, platform: 'none' },
  { nest: 'bare', module: 'commonjs', node: 24, platform: 'none' },
  { nest: 'nest12', module: 'esm', node: 24, platform: 'express' },
  { nest: 'nest12', module: 'esm', node: 26, platform: 'fastify' },
  { nest: 'nest12', module: 'commonjs', node: 22, platform: 'fastify' },
  { nest: 'nest11', module: 'commonjs', node: 22, platform: 'express' },
  { nest: 'nest11', module: 'esm', node: 26, platform: 'none' },
];

it.for(CASES)(
  'schedules and runs a command: $nest, $module, Node $node, $platform',
  async (app, { skip }) => {
    const node = findNode(app.node) ?? skip(`The npm registry has no Node.js ${app.node} for this machine.`);
    const folder = folderOf(app);
    const args = [join(folder, 'main.js'), app.platform, join(folder, `node-${app.node}.db`)];
    const answer = JSON.parse(await run(node, args, folder)) as { node: string };

    expect(answer).toEqual({ node: answer.node, name: 'Ada', isItself: true });
    expect(answer.node).toMatch(new RegExp(`^v${app.node}\\.`));
  },
);

/** The app is compiled once for each kind of module, and runs beside each Nest. */
function folderOf({ nest, module }: Case): string {
  const compiled = join(module === 'esm' ? folders.nest12 : folders.nest11, module);
  const folder = join(folders[nest], module);
  if (!existsSync(folder)) cpSync(compiled, folder, { recursive: true });
  return folder;
}
