/** The names that superjson, too, refuses: through them stored data would reach prototypes. */
export function isForbiddenKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}

/** Only enumerable ones count: Nest marks commands with hidden symbols of its own, which are no data. */
export function hasSymbolKeys(value: object): boolean {
  const symbols = Object.getOwnPropertySymbols(value);
  if (symbols.length === 0) return false;
  return symbols.some((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

/** Whether there are more enumerable properties than the `indices` that belong to it. */
export function hasExtras(value: object, indices: number): boolean {
  return hasSymbolKeys(value) || Object.keys(value).length !== indices;
}
