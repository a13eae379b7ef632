import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { run } from './support/repository.js';

const { bare } = inject('installed');
const installed = join(bare, 'node_modules/nestjs-eventflow-jobs');

/** Of the package and what its dependencies bring: an app has Nest, rxjs and reflect-metadata anyway. */
const OWN = /[\\/]node_modules[\\/](nestjs-eventflow-jobs|croner|superjson|copy-anything|is-what)[\\/]/;
/** When this was set, 343,000 were loaded. */
const BUDGET_BYTES = 420_000;

it('holds what is compiled, what tells about it, and nothing else', () => {
  const names = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(installed.length + 1)
        .replaceAll('\\', '/'),
    );
  const strange = names
    .filter((name) => !/^dist\/.+\.(js|js\.map|d\.ts)$/.test(name))
    .map((name) => name.replace(/-[\w-]{8}(?=\.\w+$)/, ''));
  expect(strange.toSorted()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    // The pages of the dashboard, and whose code they hold.
    'dist/dashboard/ui/assets/icon.svg',
    'dist/dashboard/ui/assets/index.css',
    'dist/dashboard/ui/index.html',
    'dist/dashboard/ui/licenses.md',
    'package.json',
  ]);
});

it('has two dependencies', () => {
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  expect(Object.keys(dependencies)).toEqual(['croner', 'superjson']);
});

it('loads no more than its budget', async () => {
  writeFileSync(
    join(bare, 'loaded.mjs'),
    `import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({
      load(url, context, next) {
        loaded.add(url);
        return next(url, context);
      },
    });
    await import('nestjs-eventflow-jobs');
    const { fileURLToPath } = await import('node:url');
    const { statSync } = await import('node:fs');
    const files = [...loaded].filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
    console.log(JSON.stringify(files.map((file) => [file, statSync(file).size])));`,
  );
  const files = JSON.parse(await run(process.execPath, ['loaded.mjs'], bare)) as [string, number][];
  const own = files.filter(([file]) => OWN.test(file));
  expect(own.length).toBeGreaterThan(50);
  expect(own.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(BUDGET_BYTES);
});
