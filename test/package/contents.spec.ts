import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

interface Manifest {
  readonly exports: Record<string, string | Record<string, string>>;
  readonly bin: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly scripts: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as Manifest;
const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-package-'));
const IMPORT = /(?:^(?:import|export)\b[^;]*?\bfrom |^import |\bimport\()'([^']+)'/gm;
/** What npm would publish: paths in the package. */
let published: string[];
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const modules = () => published.filter((path) => path.endsWith('.js'));

// In a folder of its own: the one in which it is built belongs to whoever builds it.
beforeAll(async () => {
  for (const file of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'])
    copyFileSync(inRepository(file), join(folder, file));
  await run(process.execPath, [
    inRepository('node_modules/typescript/bin/tsc'),
    ...['--project', inRepository('tsconfig.build.json'), '--outDir', join(folder, 'dist'), '--noCheck'],
    ...['--tsBuildInfoFile', join(folder, 'dist/.tsbuildinfo')],
  ]);
  const npm = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder });
  const packed: unknown = JSON.parse(npm.stdout);
  // A list until npm 11, a record by name since.
  const [{ files }] = Object.values(packed as Record<string, { files: { path: string }[] }>) as [
    { files: { path: string }[] },
  ];
  published = files.map(({ path }) => path);
  return () => rmSync(folder, { recursive: true, force: true });
}, 120_000);

describe('the published package', () => {
  it('has what it should, and nothing else', () => {
    const allowed = [
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
      /^dist\/.+\.js$/, // the code
      /^dist\/.+\.d\.ts$/, // its types
      /^dist\/.+\.js\.map$/, // the way back to its source, which is in the map
    ];
    expect(published.filter((path) => !allowed.some((rule) => rule.test(path)))).toEqual([]);
    expect(published).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.js']),
    );
    expect(published.filter((path) => /\.spec\.|(^|\/)(test|bench|chaos|sample-app)\//.test(path))).toEqual(
      [],
    );
  });

  it('has every file that `exports` and `bin` name', () => {
    const named = [...Object.values(manifest.exports), ...Object.values(manifest.bin)].flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !published.includes(path.replace('./', '')))).toEqual([]);
    for (const path of Object.values(manifest.bin)) expect(read(path)).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('has types beside all code, and in each map the source itself', () => {
    for (const path of modules()) expect(published).toContain(path.replace(/js$/, 'd.ts'));
    for (const path of published.filter((one) => one.endsWith('.map'))) {
      const { sources, sourcesContent } = JSON.parse(read(path)) as Record<string, string[]>;
      expect(sourcesContent, path).toHaveLength(sources!.length);
    }
  });

  it('imports only what is installed with it, and what its users install', () => {
    const known = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
    for (const path of modules()) {
      const imported = [...read(path).matchAll(IMPORT)].map(([, name]) => name!);
      const foreign = imported.filter(
        (name) =>
          !/^(\.|node:)/.test(name) && !known.some((one) => name === one || name.startsWith(`${one}/`)),
      );
      expect(foreign, path).toEqual([]);
    }
  });

  it('runs no script when it is installed', () => {
    expect(Object.keys(manifest.scripts).filter((name) => /install|^prepare$/.test(name))).toEqual([]);
  });
});
