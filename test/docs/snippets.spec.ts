import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

// Every ```ts block of README.md and docs/*.md stands word for word in a region of a file here, and the other way
// round: what x.md shows is in x.snippets.ts and x.*.snippets.ts. Those files are compiled with all tests, and a spec
// beside them runs their code.
const REPOSITORY = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, REPOSITORY), 'utf8');
const list = (folder: string, end: string) =>
  readdirSync(new URL(folder, REPOSITORY)).filter((name) => name.endsWith(end));

const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].concat(
  ...['docs', 'docs/decisions'].map((folder) => list(folder, '.md').map((name) => `${folder}/${name}`)),
);
const sources = ['timer.scheduler.ts', ...list('test/docs', '.snippets.ts')];

function documentOf(source: string): string {
  if (source === 'timer.scheduler.ts') return 'docs/writing-a-scheduler.md';
  const [name] = source.split('.');
  return name === 'readme' ? 'README.md' : `docs/${name}.md`;
}

interface Region {
  readonly title: string;
  readonly code: string;
}

/** Regions inside a function lose its indentation. */
function regionsOf(source: string): Region[] {
  const regions = read(`test/docs/${source}`).matchAll(
    /^( *)\/\/ #region ([\w-]+)\n(.*?)^\1\/\/ #endregion$/gms,
  );
  return [...regions].map(([, indentation, name, code]) => ({
    title: `${name} of ${source}`,
    code: code!.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
  }));
}

const blocksOf = (document: string) =>
  [...read(document).matchAll(/^```(?:ts|typescript)\b[^\n]*\n(.*?)^```$/gms)].map(([, code]) => code!);

describe.each(documents)('%s', (document) => {
  const regions = sources.filter((source) => documentOf(source) === document).flatMap(regionsOf);
  const blocks = blocksOf(document);

  it.each(regions.map(({ title, code }) => [title, code]))('shows %s', (_, code) => {
    expect(blocks).toContain(code);
  });

  it('shows no code that is not run', () => {
    const run = regions.map(({ code }) => code);
    expect(blocks.filter((code) => !run.includes(code))).toEqual([]);
    expect(blocks).toHaveLength(run.length);
    expect(read(document)).not.toMatch(/^ +```ts|^ *```(js|javascript|tsx)\b/m);
  });
});

describe('the sources of code in documents', () => {
  it.each(sources)('%s has regions, each of them closed, and a document that shows them', (source) => {
    const opened = read(`test/docs/${source}`).match(/\/\/ #region/g) ?? [];
    expect(opened.length).toBeGreaterThan(0);
    expect(regionsOf(source)).toHaveLength(opened.length);
    expect(documents).toContain(documentOf(source));
  });

  it.each(sources)('%s is run by a spec', (source) => {
    const module = source.replace(/\.ts$/, '');
    const specs = list('test/docs', '.spec.ts').map((name) => read(`test/docs/${name}`));
    expect(specs.some((spec) => spec.includes(`/${module}.`))).toBe(true);
  });
});
