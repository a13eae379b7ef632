import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../../scripts/toolchain/lock.mjs';
import { areBuilt, buildPages } from '../../../scripts/toolchain/pages.mjs';
import { succeeded } from '../../../scripts/toolchain/run.mjs';
import { inRepository, run } from './repository.js';

export interface Folders {
  /** By npm, into an empty folder: the package, what it cannot do without, and nothing else. */
  readonly bare: string;
  /** The same package beside the Nest 12 of this repository, with Express and Fastify. */
  readonly nest12: string;
  /** And beside its Nest 11, with Express. */
  readonly nest11: string;
}

const NEEDED = ['@nestjs/common', '@nestjs/core', '@nestjs/cqrs', 'reflect-metadata', 'rxjs'];

export function makeFolders(): Folders & { root: string } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'eventflow-jobs-package-')));
  const make = (name: string) => {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'package.json'), '{ "private": true, "type": "module" }');
    return join(root, name);
  };
  return { root, bare: make('bare'), nest12: make('nest-12'), nest11: make('nest-11') };
}

/** @returns the path of the tarball, with dist/ as its sources are now: made again only if those have changed. */
export async function packLibrary(root: string): Promise<string> {
  const tsc = inRepository('node_modules/typescript/bin/tsc');
  const repository = inRepository('.');
  await withLock(async () => {
    await run(process.execPath, [tsc, '--build', 'tsconfig.build.json'], repository);
    if (!areBuilt() && !succeeded(await buildPages(process.execPath)))
      throw new Error('The pages of the dashboard could not be built: see above.');
  });
  const options = ['--ignore-scripts', '--json', '--pack-destination', root];
  const [{ filename }] = JSON.parse(await run('npm', ['pack', ...options], repository)) as [
    { filename: string },
  ];
  return join(root, filename);
}

/** With the versions that this repository has, which npm finds in its cache. */
export async function installTarball(tarball: string, folder: string): Promise<void> {
  const { devDependencies } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'));
  const needed = NEEDED.map((name) => `${name}@${devDependencies[name]}`);
  const options = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  await run('npm', ['install', ...options, tarball, ...needed], folder);
}

/** The package is copied, since Node.js looks for what a linked one imports where that one really lies. */
export function linkBeside(nodeModules: string, library: string, folder: string): void {
  const modules = join(folder, 'node_modules');
  cpSync(library, join(modules, 'nestjs-eventflow-jobs'), { recursive: true });
  symlinkSync(inRepository(`${nodeModules}/@nestjs`), join(modules, '@nestjs'), 'junction');
  for (const name of ['rxjs', 'reflect-metadata', 'croner', 'superjson'])
    symlinkSync(inRepository(`node_modules/${name}`), join(modules, name), 'junction');
}
