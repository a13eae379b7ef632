import type { Manifest, ManifestEntry } from './manifest.js';

/** What has changed from one build to the next. */
export interface Differences {
  /** Shapes that changed while their version did not: what is stored under it would be taken for something else. */
  readonly changed: string[];
  /** What is only worth to know. */
  readonly notes: string[];
}

export function differences(before: Manifest, now: Manifest): Differences {
  const known = new Map(before.definitions.map((one) => [keyOf(one), one]));
  const changed: string[] = [];
  const notes: string[] = [];
  for (const one of now.definitions) {
    const standing = known.get(keyOf(one));
    known.delete(keyOf(one));
    if (!standing) notes.push(`${titleOf(one)} is new: write the list anew by --out, and commit it.`);
    else if (standing.hash !== one.hash) changed.push(explain(standing, one));
    else changed.push(...lostUpgraders(standing, one));
  }
  for (const gone of known.values()) {
    const isTaken = now.definitions.some(
      ({ kind, name, upgradesFrom }) =>
        kind === gone.kind && name === gone.name && upgradesFrom.some((version) => version === gone.version),
    );
    notes.push(
      isTaken
        ? `${titleOf(gone)} has no class any more; an upgrader takes its data.`
        : `${titleOf(gone)} is gone, and nothing takes its data: entries of it would be parked (doctor counts them).`,
    );
  }
  return { changed, notes };
}

function explain(before: ManifestEntry, now: ManifestEntry): string {
  const added = now.shape.fields.filter((field) => !before.shape.fields.includes(field));
  const removed = before.shape.fields.filter((field) => !now.shape.fields.includes(field));
  const details = [
    ...(added.length > 0 ? [`new: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`gone: ${removed.join(', ')}`] : []),
    ...parameterChange(before, now),
    ...(JSON.stringify(before.shape.schema) === JSON.stringify(now.shape.schema) ? [] : ['another schema']),
    ...(before.shape.isConverted === now.shape.isConverted ? [] : ['converted, or no longer']),
  ];
  return (
    `${titleOf(now)} has another shape than before (${details.join('; ')}): ${mendOf(now)}, or write the list anew where ` +
    'stored data still fit.'
  );
}

function mendOf({ name, version }: ManifestEntry): string {
  if (version === undefined)
    return `give @JobValue('${name}', { toData, fromData }) a fromData that reads what is stored as well`;
  return `make it version ${version + 1} with \`upgrade: { ${version}: (data) => ... }\``;
}

function lostUpgraders(before: ManifestEntry, now: ManifestEntry): string[] {
  return before.upgradesFrom
    .filter((version) => !now.upgradesFrom.includes(version))
    .map(
      (version) =>
        `${titleOf(now)} no longer takes the data of version ${version}: entries of it would be parked. Put its upgrader back, ` +
        'or write the list anew where none is left.',
    );
}

function parameterChange({ shape: before }: ManifestEntry, { shape: now }: ManifestEntry): string[] {
  if (before.parameters.join() === now.parameters.join()) return [];
  return [`constructor(${before.parameters.join(', ')}) became (${now.parameters.join(', ')})`];
}

function keyOf({ kind, name, version }: ManifestEntry): string {
  return JSON.stringify([kind, name, version]);
}

function titleOf({ kind, name, version }: ManifestEntry): string {
  return version === undefined ? `The ${kind} ${name}` : `The ${kind} ${name} v${version}`;
}
