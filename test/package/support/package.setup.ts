import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { compileApp } from './compiled-app.js';
import { type Folders, installTarball, linkBeside, makeFolders, packLibrary } from './installation.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the package lies installed, and beside which Nest. */
    readonly installed: Folders;
  }
}

/** Packs the library once, as npm would publish it, and installs it for all specs. */
export default async function setUp(project: TestProject): Promise<() => void> {
  const { root, ...folders } = makeFolders();
  const tearDown = () => rmSync(root, { recursive: true, force: true });
  try {
    await installTarball(await packLibrary(root), folders.bare);
    const library = join(folders.bare, 'node_modules/nestjs-eventflow-jobs');
    linkBeside('node_modules', library, folders.nest12);
    linkBeside('tools/nest-11/node_modules', library, folders.nest11);
    await Promise.all([compileApp('esm', folders.nest12), compileApp('commonjs', folders.nest11)]);
  } catch (error) {
    tearDown();
    throw error;
  }
  project.provide('installed', folders);
  return tearDown;
}
