const DEEPEST = 20;

/**
 * Stored data as JSON that a person can read: what JSON has no form for is told as text. It runs no code of the data's
 * classes.
 */
export function readableData(value: unknown, parents: readonly unknown[] = []): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'undefined') return 'undefined';
  if (typeof value === 'symbol' || typeof value === 'function') return `a ${typeof value}`;
  if (typeof value !== 'object' || value === null) return value;
  if (parents.includes(value)) return '(circular)';
  if (parents.length >= DEEPEST) return '(deeper than is shown)';
  const inside = (child: unknown) => readableData(child, [...parents, value]);
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? value.toISOString() : 'Invalid Date';
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof Set) return [...value].map(inside);
  if (value instanceof Map) return [...value].map(([key, one]) => [inside(key), inside(one)]);
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.map(inside);
  // Without a prototype, a key `__proto__` is a key like others.
  const readable = Object.create(null) as Record<string, unknown>;
  for (const [key, one] of Object.entries(value)) readable[key] = inside(one);
  return readable;
}
