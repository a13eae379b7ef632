import { StoredDataError } from './stored-data.error.js';

type Holder = Record<string, unknown>;
type Collection = Set<unknown> | Map<unknown, unknown>;

/**
 * Puts one object where superjson's annotations say that several places held one.
 *
 * superjson's own way does not reach into class instances, lets the members of a Set fall together that are `null`
 * until their object comes, and moves them and the keys of a Map to the end. This one writes to nothing but own
 * fields and existing indices.
 */
export class SharedReferences {
  /** The place that holds the object, and the places that are to hold it as well. */
  private readonly places: [first: string[], others: string[][]][] = [];
  /** Sets and Maps as lists while their members are exchanged: they give no access by index. */
  private readonly opened = new Map<Collection, unknown[]>();

  /** @param references `{ place: [others] }`, or `[[others that hold the root], the rest in that form]` */
  constructor(references: unknown) {
    const [toRoot, rest] = Array.isArray(references) ? (references as unknown[]) : [undefined, references];
    if (toRoot !== undefined) this.places.push([[], stepsOfAll(toRoot)]);
    for (const [first, others] of Object.entries(rest ?? {}))
      this.places.push([stepsOf(first), stepsOfAll(others)]);
  }

  /** Before the values are revived: gives each waiting place an object of its own. */
  keepApart(json: unknown): void {
    for (const [, others] of this.places) {
      for (const steps of others) {
        const { holder, key } = this.holderOf(json, steps);
        if (holder[key] === null) holder[key] = {};
      }
    }
  }

  /** After the values are revived. */
  restore(root: unknown): void {
    for (const [first, others] of this.places) {
      const object = first.length === 0 ? root : this.at(root, first);
      for (const steps of others) {
        const { holder, key } = this.holderOf(root, steps);
        holder[key] = object;
      }
    }
    this.close();
  }

  private at(root: unknown, steps: string[]): unknown {
    const { holder, key } = this.holderOf(root, steps);
    return holder[key];
  }

  /** The object or list, and the key in it, at which the steps end. */
  private holderOf(root: unknown, steps: string[]): { holder: Holder; key: string } {
    let node = root;
    let holder: unknown;
    for (const key of steps) {
      holder = this.open(node);
      if (typeof holder !== 'object' || holder === null || !isOwnPlace(holder, key)) {
        throw new StoredDataError('its references lead nowhere');
      }
      node = (holder as Holder)[key];
    }
    return { holder: holder as Holder, key: steps.at(-1)! };
  }

  private open(node: unknown): unknown {
    if (!(node instanceof Set) && !(node instanceof Map)) return node;
    let members = this.opened.get(node);
    if (!members) {
      members = [...node];
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

function isOwnPlace(holder: object, key: string): boolean {
  return Object.hasOwn(holder, key) && !(key === 'length' && Array.isArray(holder));
}

function stepsOfAll(paths: unknown): string[][] {
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
    throw new StoredDataError('its references are not as they were written');
  }
  return paths.map(stepsOf);
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
