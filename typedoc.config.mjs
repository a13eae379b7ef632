import { readFileSync } from 'node:fs';
import { OptionDefaults } from 'typedoc';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const sourceOf = ({ types }) => types.replace('./dist/', './lib/').replace('.d.ts', '.ts');

/** What schedulers are given and work with, each behind a field or a method that is documented. */
const PARTS =
  `EntryPlanner JobInterceptors JobMapper JobReporter JobRunner RecurringDeclarations MemoryStore StoreEngine
  VirtualClock`.split(/\s+/);
/** Never written down by users: they are inferred, or reached through the type that has them. */
const UNNAMED_TYPES = `CAPABILITIES DeclaredVersion EntryPolicy ParkedReason PassedOn PieceSize Route`.split(
  ' ',
);

/** The API reference of what package.json exports: npm run docs:api */
export default {
  entryPoints: Object.values(exports)
    .filter(({ types }) => types)
    .map(sourceOf),
  out: 'docs/api',
  readme: 'none',
  includeVersion: true,
  // tsc has looked at the types already.
  skipErrorChecking: true,
  excludePrivate: true,
  excludeInternal: true,
  // Where the repository will lie is not known yet: a link would lead nowhere.
  disableSources: true,
  // A mark of what semantic versioning protects, which is all that is shown.
  modifierTags: [...OptionDefaults.modifierTags, '@publicApi'],
  excludeTags: [...OptionDefaults.excludeTags, '@publicApi'],
  treatWarningsAsErrors: true,
  intentionallyNotExported: [...PARTS, ...UNNAMED_TYPES],
};
