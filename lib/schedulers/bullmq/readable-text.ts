/** A field of a hash: what was edited by hand must not keep a worker from all that lies behind it. */
type Text = string | null | undefined;
export type Fields = Readonly<Record<string, unknown>>;

function parsed(text: Text): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function objectFrom(text: Text): Fields {
  return asObject(parsed(text));
}

export function listFrom(text: Text): readonly unknown[] {
  const value = parsed(text);
  return Array.isArray(value) ? value : [];
}

export function numberFrom(text: Text, instead: number): number {
  const value = Number(text ?? NaN);
  return Number.isFinite(value) ? value : instead;
}
