import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly peer?: boolean;
  readonly link?: boolean;
}

const packagesOf = (path: string) => {
  const text = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
  return (JSON.parse(text) as { packages: Record<string, Locked> }).packages;
};
const locked = packagesOf('package-lock.json');
/** npm's own note of what it has put there. */
const installed = packagesOf('node_modules/.package-lock.json');
const isForeign = ([path, { link }]: [string, Locked]) => path.includes('node_modules/') && !link;

it('all that is installed is what the lockfile says, to the byte', () => {
  const others = Object.entries(installed).filter(([path, { version, integrity }]) => {
    const wanted = locked[path];
    return !wanted || wanted.version !== version || wanted.integrity !== integrity;
  });
  expect(others.map(([path]) => path)).toEqual([]);
});

it('all that the lockfile lists is installed, but what is for other machines', () => {
  const missing = Object.entries(locked).filter(
    ([path, { optional }]) => path !== '' && !optional && !(path in installed),
  );
  expect(missing.map(([path]) => path)).toEqual([]);
});

it('the lockfile knows the content of each package, and no address of a registry', () => {
  const foreign = Object.entries(locked).filter(isForeign);
  expect(foreign.length).toBeGreaterThan(100);
  expect(foreign.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([]);
  expect(foreign.filter(([, one]) => 'resolved' in one).map(([path]) => path)).toEqual([]);
});
