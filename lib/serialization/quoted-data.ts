/** So many characters in a row in both are no accident. A shorter value counts where it is quoted as a whole. */
const WINDOW = 6;

/**
 * Whether a message quotes the data, as those of schemas and parsers do (`received "secret"`, `"secr"... is not valid
 * JSON`). Data are not for logs and errors, whoever wrote the words around them.
 */
export function quotesData(message: string, data: unknown): boolean {
  const windows = new Set<string>();
  for (let at = 0; at + WINDOW <= message.length; at++) windows.add(message.slice(at, at + WINDOW));
  return leavesOf(data).some((leaf) => {
    for (let at = 0; at + WINDOW <= leaf.length; at++)
      if (windows.has(leaf.slice(at, at + WINDOW))) return true;
    return leaf.length < WINDOW && quotes(message, leaf);
  });
}

function quotes(message: string, leaf: string): boolean {
  if (leaf === '') return false;
  return (
    [`"${leaf}"`, `'${leaf}'`, `\`${leaf}\``].some((quoted) => message.includes(quoted)) ||
    isLongNumber(leaf, message)
  );
}

function isLongNumber(leaf: string, message: string): boolean {
  return /^-?\d{3,}/.test(leaf) && message.includes(leaf);
}

/** All texts and numbers in it, as a message would write them. */
function leavesOf(data: unknown): string[] {
  const leaves: string[] = [];
  const met = new Set<object>();
  const waiting: unknown[] = [data];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') leaves.push(value);
    else if (typeof value === 'number' || typeof value === 'bigint') leaves.push(String(value));
    else if (typeof value === 'object' && value !== null && !met.has(value)) {
      met.add(value);
      waiting.push(...childrenOf(value));
    }
  }
  return leaves;
}

function childrenOf(value: object): unknown[] {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? [] : [value.toISOString()];
  if (value instanceof URL || value instanceof RegExp) return [String(value)];
  if (value instanceof Map) return [...value.entries()].flat();
  if (value instanceof Set) return [...value];
  return ArrayBuffer.isView(value) ? [] : Object.values(value);
}
