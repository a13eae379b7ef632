import type { SuperJSONResult } from 'superjson';
import { TYPED_ARRAYS } from './built-in-kind.js';
import type { JobValueRegistry } from './job-value.registry.js';
import { isForbiddenKey } from './own-keys.js';
import { StoredDataError } from './stored-data.error.js';

const SIMPLE = new Set(['undefined', 'bigint', 'Date', 'regexp', 'set', 'map', 'number', 'URL']);
const TYPED = new Set<string>(TYPED_ARRAYS.map((type) => type.name));

/** What may be revived: parsed, in superjson's form, without a way to prototypes, naming registered classes only. */
export function parseStored(text: string, registry: JobValueRegistry): SuperJSONResult {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    // The parser's own error quotes the text, which may be secret.
    throw new StoredDataError('it is not JSON');
  }
  if (!isRecord(stored) || !Object.hasOwn(stored, 'json')) throw new StoredDataError('it has no `json` part');
  refuseForbiddenKeys(text, stored);
  checkMeta(stored.meta, registry);
  return stored as unknown as SuperJSONResult;
}

/** Annotations may stand inside the data as well: a converted value brings its own. */
export function checkMeta(meta: unknown, registry: JobValueRegistry): void {
  if (meta === undefined) return;
  if (!isRecord(meta)) throw new StoredDataError('its `meta` part is no object');
  if (meta.values !== undefined) checkTree(meta.values, registry);
}

/** A node is a record of nodes, or `[annotation]`, or `[annotation, record of nodes]`. */
function checkTree(tree: unknown, registry: JobValueRegistry): void {
  const left = [tree];
  while (left.length > 0) {
    let node = left.pop();
    if (Array.isArray(node)) {
      checkAnnotation(node[0], registry);
      if (node.length === 1) continue;
      node = node[1] as unknown;
    }
    if (!isRecord(node)) throw new StoredDataError('its annotations are not as they were written');
    for (const child of Object.values(node)) left.push(child);
  }
}

function checkAnnotation(annotation: unknown, registry: JobValueRegistry): void {
  if (typeof annotation === 'string' && SIMPLE.has(annotation)) return;
  const [form, name] = Array.isArray(annotation) ? (annotation as unknown[]) : [];
  if (typeof name === 'string') {
    if (form === 'typed-array' && TYPED.has(name)) return;
    if (form === 'class' || form === 'custom') {
      const definition = registry.byName(name);
      if (definition && Boolean(definition.convert) === (form === 'custom')) return;
      if (definition)
        throw new StoredDataError(`${definition.type.name} was stored by another kind of @JobValue`);
      throw new StoredDataError(
        'it names a value class that is not registered here: list every @JobValue class in `values` of forRoot or forFeature',
      );
    }
  }
  throw new StoredDataError('it has an unknown annotation');
}

/** The text is searched first: that takes no time, and the walk is needed by hardly any. */
function refuseForbiddenKeys(text: string, stored: unknown): void {
  if (!text.includes('proto') && !text.includes('constructor') && !text.includes('\\u')) return;
  const left = [stored];
  while (left.length > 0) {
    const node = left.pop();
    if (typeof node !== 'object' || node === null) continue;
    for (const [key, child] of Object.entries(node)) {
      if (isForbiddenKey(key)) throw new StoredDataError('it has a key that would reach a prototype');
      left.push(child);
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
