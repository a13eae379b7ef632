import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sectionOf, withRelease } from '../../scripts/release/changelog.mjs';

const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- This.\n\n## [0.1.0] - 2026-01-01\n\n- That.\n';

it('what is unreleased becomes the release, below an empty place for what comes next', () => {
  const released = withRelease(CHANGELOG, '0.2.0', '2026-02-03');
  expect(released).toContain(
    '## [Unreleased]\n\n## [0.2.0] - 2026-02-03\n\n### Added\n\n- This.\n\n## [0.1.0]',
  );
  expect(sectionOf(released, '0.2.0')).toBe('### Added\n\n- This.');
  expect(sectionOf(released, '0.1.0')).toBe('- That.');
});

it('nothing is released twice, nor without a word on what changes', () => {
  expect(() => withRelease(CHANGELOG, '0.1.0', '2026-02-03')).toThrow('a section for 0.1.0 already');
  const released = withRelease(CHANGELOG, '0.2.0', '2026-02-03');
  expect(() => withRelease(released, '0.3.0', '2026-02-04')).toThrow('nothing under [Unreleased]');
});

it('the changelog of this repository is one that a release can be made of', () => {
  const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
  expect(sectionOf(changelog, 'Unreleased')).toBeDefined();
});
