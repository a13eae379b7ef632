/**
 * The rule of EventFlow (`JobDefinitionService`), with one trap mended: `Old` is a prefix only before a capital, so
 * that `OldestJob` keeps its name.
 */
const CLASS_NAME = /^(?:Old(?=\p{Lu}))?(?<name>[\p{L}\p{Nd}]+?)(?:V(?<version>[0-9]+))?$/u;
const EXPLICIT_NAME = /^[\p{L}\p{Nd}][\p{L}\p{Nd}._:/-]{0,254}$/u;

/** Name and version that a class name stands for: `FooV2` is Foo version 2; `undefined` where it stands for none. */
export function definitionFromClassName(className: string): { name: string; version: number } | undefined {
  const match = CLASS_NAME.exec(className)?.groups;
  if (!match) return undefined;
  return { name: match['name']!, version: match['version'] === undefined ? 1 : Number(match['version']) };
}

/** What is wrong with a name, as the end of a sentence; `undefined` where nothing is. */
export function problemOfName(name: unknown): string | undefined {
  if (typeof name === 'string' && EXPLICIT_NAME.test(name)) return undefined;
  const shown = typeof name === 'string' ? `'${name.slice(0, 40)}'` : String(name);
  return `${shown} is no valid name: use 1 to 255 letters, digits and . _ - : / and begin with a letter or a digit`;
}

/** What is wrong with a version, as the end of a sentence; `undefined` where nothing is. */
export function problemOfVersion(version: unknown): string | undefined {
  if (Number.isSafeInteger(version) && (version as number) >= 1) return undefined;
  return `${String(version)} is no valid version: use a whole number from 1`;
}
