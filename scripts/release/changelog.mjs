// CHANGELOG.md in the form of Keep a Changelog: what comes next stands under [Unreleased].
const UNRELEASED = '## [Unreleased]';

/**
 * What is unreleased becomes the release of that version.
 *
 * @param {string} changelog
 * @param {string} version
 * @param {string} date as 2026-01-31
 * @throws where nothing is unreleased, or the version has a section already
 */
export function withRelease(changelog, version, date) {
  if (sectionOf(changelog, version) !== undefined)
    throw new Error(`CHANGELOG.md has a section for ${version} already: release another version.`);
  if (!sectionOf(changelog, 'Unreleased'))
    throw new Error(`CHANGELOG.md has nothing under [Unreleased]: say there what changes for users.`);
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## [${version}] - ${date}`);
}

/**
 * The text of a section, or undefined where there is none.
 *
 * @param {string} changelog
 * @param {string} version
 * @returns {string | undefined}
 */
export function sectionOf(changelog, version) {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${version}]`));
  return section?.slice(section.indexOf('\n')).trim();
}
