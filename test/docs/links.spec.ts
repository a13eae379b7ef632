import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

// Every link from one of our pages to another, or to a file, leads somewhere; with a #, to a heading that is there.
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const pagesIn = (folder: string) =>
  readdirSync(join(REPOSITORY, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const pages = [...pagesIn('.'), ...pagesIn('.github'), ...pagesIn('docs'), ...pagesIn('docs/decisions')];

const read = (page: string) => readFileSync(join(REPOSITORY, page), 'utf8');
/** Without blocks of code, in which nothing is a link or a heading; code within a line is kept, since headings have it. */
const proseOf = (text: string) => text.replaceAll(/^( *)(`{3,})[^\n]*\n.*?^\1\2 *$/gms, '');

const linksOf = (text: string) =>
  [
    ...proseOf(text)
      .replaceAll(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)/gm),
  ]
    .map(([, inline, reference]) => (inline ?? reference)!)
    .filter((target) => !/^[a-z]+:/.test(target));

/** As GitHub makes them: lower case, without punctuation, with - for each space; the second of a name has -1. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, title] of proseOf(text).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const plain = title!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const anchor = plain
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let name = anchor;
    for (let count = 1; anchors.has(name); count++) name = `${anchor}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

/** Why a link leads nowhere. */
function flawOf(page: string, link: string): string | undefined {
  const [path, anchor] = link.split('#') as [string, string?];
  const target = path === '' ? join(REPOSITORY, page) : join(REPOSITORY, dirname(page), decodeURI(path));
  if (relative(REPOSITORY, target).startsWith('..')) return `${link} leads out of the repository`;
  if (!existsSync(target)) return `${link}: there is no such file`;
  if (anchor === undefined) return undefined;
  if (!target.endsWith('.md') || statSync(target).isDirectory()) return `${link}: only pages have headings`;
  return anchorsOf(readFileSync(target, 'utf8')).has(anchor)
    ? undefined
    : `${link}: there is no such heading`;
}

describe.each(pages)('%s', (page) => {
  it('links to nothing that is not there', () => {
    const flaws = linksOf(read(page)).map((link) => flawOf(page, link));
    expect(flaws.filter((flaw) => flaw !== undefined)).toEqual([]);
  });
});

it('every page of docs/ can be reached from README.md', () => {
  const reached = new Set(['README.md']);
  for (const page of reached)
    for (const link of linksOf(read(page))) {
      const target = join(dirname(page), link.split('#')[0]!);
      if (target.endsWith('.md')) reached.add(target);
    }
  expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
});

describe('the check of links', () => {
  it.each([
    ['docs/operating.md', 'nowhere.md', 'no such file'],
    ['docs/operating.md', 'scheduling.md#nothing', 'no such heading'],
    ['docs/operating.md', '#nothing', 'no such heading'],
    ['docs/operating.md', '../lib#files', 'only pages'],
    ['docs/operating.md', '../../elsewhere.md', 'out of the repository'],
  ])('tells what is wrong in %s with %s', (page, link, flaw) => {
    expect(flawOf(page, link)).toContain(flaw);
  });

  it('finds links, but not in code', () => {
    const text =
      'See [a](a.md), ![b](b.png) and [out](https://example.com).\n`[c](c.md)`\n```\n[d](d.md)\n```\n';
    expect(linksOf(`${text}[e]: e.md\n`)).toEqual(['a.md', 'b.png', 'e.md']);
  });

  it('knows the headings as GitHub names them', () => {
    const text =
      '# Why `a` is not B?\n## Same\n```sh\n# no heading\n```\n## Same\n### [Linked](x.md), and more\n';
    expect([...anchorsOf(text)]).toEqual(['why-a-is-not-b', 'same', 'same-1', 'linked-and-more']);
  });
});
