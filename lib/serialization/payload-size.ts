import { Buffer } from 'node:buffer';

/** In bytes of UTF-8; short text is not counted out, since no character takes more than three. */
export function sizeOf(text: string, limit: number): number {
  return text.length * 3 <= limit ? text.length : Buffer.byteLength(text);
}

/** The field that takes most of the text, with its own size. */
export function largestField(
  json: object,
  sizeOfField: (value: unknown) => number,
): { name: string; bytes: number } {
  let largest = { name: '', bytes: 0 };
  for (const [name, value] of Object.entries(json)) {
    const bytes = sizeOfField(value);
    if (bytes >= largest.bytes) largest = { name, bytes };
  }
  return largest;
}

export function byteLength(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    // Longer than any string can be.
    return Infinity;
  }
}

/**
 * How many bytes JSON text of this takes at the very least: one for each value. Objects that hold one another twice,
 * level by level, are small in memory and endless as text, so they are counted before they are written.
 */
export function expandedSize(json: unknown): number {
  const sizes = new Map<object, number>();
  const count = (node: unknown): number => {
    if (typeof node !== 'object' || node === null) return 1;
    let size = sizes.get(node);
    if (size === undefined) {
      size = 1;
      for (const child of Object.values(node)) size += count(child);
      sizes.set(node, size);
    }
    return size;
  };
  return count(json);
}
