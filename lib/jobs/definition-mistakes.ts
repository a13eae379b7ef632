import { problemOfName } from './definition-name.js';
import type { VersionedDefinition } from './definition.js';

/** The mistakes that show only when all definitions of one kind lie side by side. */
export function findMistakes(definitions: readonly VersionedDefinition[]): string[] {
  return [
    ...sameNameAndVersion(definitions),
    ...definitions.flatMap(wrongSteps),
    ...upgraderGaps(definitions),
    ...wrongAliases(definitions),
    ...definitions.flatMap(wrongSchema),
  ];
}

function sameNameAndVersion(definitions: readonly VersionedDefinition[]): string[] {
  return [...groupBy(definitions, (one) => `${one.name}\n${one.version}`).values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const [first] = group;
      const classes = group.map((one) => one.type.name).join(' and ');
      return `${classes} are all '${first!.name}' version ${first!.version}: give each a name or a version of its own.`;
    });
}

function wrongSteps({ type, version, options }: VersionedDefinition): string[] {
  return Object.entries(options.upgrade ?? {}).flatMap(([from, upgrade]) => {
    if (typeof upgrade !== 'function')
      return [`${type.name}: the upgrader from version ${from} is no function.`];
    const step = Number(from);
    if (Number.isSafeInteger(step) && step >= 1 && step < version) return [];
    return [
      `${type.name}: an upgrader from version ${from} leads nowhere: it must be from 1 to ${version - 1}.`,
    ];
  });
}

/** Every upgrader must lead on to a version that has a class. */
function upgraderGaps(definitions: readonly VersionedDefinition[]): string[] {
  return [...groupBy(definitions, (one) => one.name).values()].flatMap((group) => {
    const steps = new Set(group.flatMap((one) => Object.keys(one.options.upgrade ?? {}).map(Number)));
    const versions = new Set(group.map((one) => one.version));
    const newest = group.reduce((a, b) => (a.version > b.version ? a : b));
    return [...steps]
      .filter((from) => from + 1 < newest.version && !versions.has(from + 1) && !steps.has(from + 1))
      .map(
        (from) =>
          `${newest.type.name}: '${newest.name}' has an upgrader from version ${from} to ${from + 1}, but none from ` +
          `${from + 1} and no class for it: add \`upgrade: { ${from + 1}: ... }\`.`,
      );
  });
}

function wrongAliases(definitions: readonly VersionedDefinition[]): string[] {
  const names = groupBy(definitions, (one) => one.name);
  const owners = new Map<string, VersionedDefinition>();
  return definitions.flatMap((one) =>
    (one.options.aliases ?? []).flatMap((alias) => {
      const problem = problemOfName(alias);
      if (problem !== undefined) return [`${one.type.name}: the alias ${problem}.`];
      const holder = names.get(alias)?.[0];
      if (holder) {
        return [
          `${one.type.name}: the alias '${alias}' is the name of ${holder.type.name}: drop one of the two.`,
        ];
      }
      const owner = owners.get(alias) ?? one;
      owners.set(alias, owner);
      if (owner.name === one.name) return [];
      return [`${one.type.name} and ${owner.type.name} both have the alias '${alias}': only one can.`];
    }),
  );
}

function wrongSchema({ type, options }: VersionedDefinition): string[] {
  const schema: { '~standard'?: { validate?: unknown } } | undefined = options.schema;
  if (schema === undefined || typeof schema?.['~standard']?.validate === 'function') return [];
  return [`${type.name}: its schema is no Standard Schema: give one of zod, valibot, arktype or the like.`];
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
