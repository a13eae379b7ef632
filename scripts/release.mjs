// Releases a version, in two steps:
//
//   npm run release -- 1.2.3    here: checks and tests everything, dates the changelog, bumps the version, commits and tags
//   npm run release -- publish  in CI, for the tag that was pushed: checks and tests once more, and publishes
//
// npm takes a package with provenance only from CI, and only where `repository` in package.json is the repository that
// CI runs in. It is not set yet: set `repository`, `homepage` and `bugs` once there is a public place.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { sectionOf, withRelease } from './release/changelog.mjs';
import { inRoot } from './toolchain/paths.mjs';

const VERSION = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const CHANGELOG = inRoot('CHANGELOG.md');
const [wanted] = process.argv.slice(2);

try {
  if (wanted === 'publish') publish();
  else prepare(wanted);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function prepare(version) {
  if (!VERSION.test(version ?? '')) throw new Error('Name the version: npm run release -- 1.2.3');
  assertReleasable();
  const tag = `v${version}`;
  if (output('git', ['tag', '--list', tag])) throw new Error(`There is a tag ${tag} already.`);
  const changelog = withRelease(
    readFileSync(CHANGELOG, 'utf8'),
    version,
    new Date().toISOString().slice(0, 10),
  );
  run('.ci/run', []);

  writeFileSync(CHANGELOG, changelog);
  run('npm', ['version', version, '--no-git-tag-version', '--allow-same-version', '--ignore-scripts']);
  run('git', [
    'commit',
    '--message',
    `Release ${version}`,
    'CHANGELOG.md',
    'package.json',
    'package-lock.json',
  ]);
  run('git', ['tag', '--annotate', tag, '--message', tag]);
  console.log(`Ready. CI publishes it after: git push --atomic origin HEAD ${tag}`);
}

function publish() {
  if (!process.env.CI) throw new Error('Only CI publishes: provenance says where a package was built.');
  assertReleasable();
  const { version } = readManifest();
  const tags = output('git', ['tag', '--points-at', 'HEAD']).split('\n');
  if (!tags.includes(`v${version}`)) throw new Error(`This commit is not tagged v${version}.`);
  if (!sectionOf(readFileSync(CHANGELOG, 'utf8'), version))
    throw new Error(`CHANGELOG.md says nothing of ${version}.`);
  run('.ci/run', []);
  const channel = version.includes('-') ? 'next' : 'latest';
  run('npm', ['publish', '--provenance', '--tag', channel]);
}

function assertReleasable() {
  const changes = output('git', ['status', '--porcelain']);
  if (changes) throw new Error(`Commit or undo what is not committed first:\n${changes}`);
  if (!readManifest().repository)
    throw new Error('package.json has no `repository`, without which npm takes no provenance: set it first.');
}

function readManifest() {
  return JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
}

function output(command, args) {
  const { status, stdout, error } = spawnSync(command, args, { cwd: inRoot('.'), encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed.`, { cause: error });
  return stdout.trim();
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: inRoot('.'), stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed.`, { cause: error });
}
