import { Buffer } from 'node:buffer';

/** In bytes of UTF-8; short text is not counted out, since no character takes more than three. */
export function sizeOf(text: string, limit: number): number {
  return text.length * 3 <= limit ? text.length : Buffer.byteLength(text);
}

/** The field that takes most of the text, with its own size. */
export function largestField(json: object): { name: string; bytes: number } {
  let largest = { name: '', bytes: 0 };
  for (const [name, value] of Object.entries(json)) {
    const bytes = byteLength(value);
    if (bytes >= largest.bytes) largest = { name, bytes };
  }
  return largest;
}

function byteLength(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    // Longer than any string can be.
    return Infinity;
  }
}
