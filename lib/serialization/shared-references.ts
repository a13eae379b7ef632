import { StoredDataError } from './stored-data.error.js';

type Members = unknown[] | [unknown, unknown][];

/**
 * Puts one object where superjson's annotations say that several places held one.
 *
 * superjson's own way does not reach into class instances, and moves the members of a Set and the keys of a Map to
 * the end. This one keeps their order, and writes to nothing but own fields and existing indices.
 */
export class SharedReferences {
  /** Sets and Maps as lists while their members are exchanged: they give no access by index. */
  private readonly opened = new Map<Set<unknown> | Map<unknown, unknown>, Members>();

  constructor(private readonly root: unknown) {}

  /** `references` as superjson writes them: `{ path: [same as that path, ...] }`, or `[paths that are the root, that]`. */
  restore(references: unknown): void {
    const [toRoot, others] = Array.isArray(references)
      ? (references as [unknown, unknown])
      : [[], references];
    for (const path of pathsOf(toRoot)) this.put(path, this.root);
    for (const [first, paths] of Object.entries(others ?? {})) {
      const object = this.at(stepsOf(first));
      for (const path of pathsOf(paths)) this.put(path, object);
    }
    this.close();
  }

  private put(path: string, object: unknown): void {
    const steps = stepsOf(path);
    const { holder, key } = this.holderOf(steps);
    holder[key] = object;
  }

  private at(steps: string[]): unknown {
    const { holder, key } = this.holderOf(steps);
    return holder[key];
  }

  /** The object or list, and the key in it, at which `steps` end. */
  private holderOf(steps: string[]): { holder: Record<string, unknown>; key: string } {
    let node: unknown = this.root;
    let holder: unknown;
    for (let i = 0; i < steps.length; i++) {
      holder = this.open(node);
      const key = steps[i]!;
      if (
        typeof holder !== 'object' ||
        holder === null ||
        !Object.hasOwn(holder, key) ||
        isLength(holder, key)
      ) {
        throw new StoredDataError('its references lead nowhere');
      }
      node = (holder as Record<string, unknown>)[key];
    }
    return { holder: holder as Record<string, unknown>, key: steps.at(-1)! };
  }

  private open(node: unknown): unknown {
    if (!(node instanceof Set) && !(node instanceof Map)) return node;
    let members = this.opened.get(node);
    if (!members) {
      members = [...node] as Members;
      this.opened.set(node, members);
    }
    return members;
  }

  private close(): void {
    for (const [collection, members] of this.opened) {
      collection.clear();
      for (const member of members) {
        if (collection instanceof Set) collection.add(member);
        else collection.set(...(member as [unknown, unknown]));
      }
    }
  }
}

function isLength(holder: object, key: string): boolean {
  return key === 'length' && Array.isArray(holder);
}

function pathsOf(paths: unknown): string[] {
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
    throw new StoredDataError('its references are not as they were written');
  }
  return paths;
}

/** Splits at dots; a backslash makes a dot or a backslash part of the name. */
function stepsOf(path: string): string[] {
  const steps = [''];
  for (let i = 0; i < path.length; i++) {
    const char = path[i]!;
    if (char === '.') steps.push('');
    else steps[steps.length - 1] += char === '\\' ? (path[++i] ?? '') : char;
  }
  return steps;
}
