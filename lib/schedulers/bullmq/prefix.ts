/** With the braces of a hash tag, by which a cluster keeps all keys that have the same one in one place: the first, if not empty. */
export function withHashTag(prefix: string): string {
  return /^[^{]*\{[^}]+\}/.test(prefix) ? prefix : `{${prefix}}`;
}
