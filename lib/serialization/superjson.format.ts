import { SuperJSON, type SuperJSONResult } from 'superjson';
import type { JobValueDefinition, JobValueRegistry } from './job-value.registry.js';
import type { PayloadInspection } from './payload.inspection.js';
import { MAX_DEPTH } from './refusal.reasons.js';
import { SharedReferences } from './shared-references.js';
import { StoredDataError } from './stored-data.error.js';
import { checkMeta } from './stored-text.js';

/** Objects that hold one another in ever new combinations would be written out for ever. */
const MAX_CONVERSIONS = 100_000;

type Inspected = Pick<PayloadInspection, 'shared' | 'converted'>;

/** superjson with the registered value classes, and with a superjson of its own inside each converted value. */
export class SuperjsonFormat {
  private readonly superjson: SuperJSON;
  private readonly known = new Set<string>();
  private inspected: Inspected = { shared: false, converted: undefined };
  private conversions = 0;
  private nesting = 0;

  /**
   * @param dedupe Whether an object that lies in several places is written once, with `null` in the other places.
   */
  constructor(
    private readonly registry: JobValueRegistry,
    dedupe: boolean,
  ) {
    this.superjson = new SuperJSON({ dedupe });
  }

  /** Throws whatever superjson, getters and proxies throw. */
  write(data: unknown, inspected: Inspected): SuperJSONResult {
    this.registerNew();
    const outer = [this.inspected, this.conversions, this.nesting] as const;
    [this.inspected, this.conversions, this.nesting] = [inspected, 0, 0];
    try {
      return this.encode(data);
    } finally {
      [this.inspected, this.conversions, this.nesting] = outer;
    }
  }

  /** @throws StoredDataError */
  read(stored: SuperJSONResult): unknown {
    this.registerNew();
    try {
      return this.decode(stored);
    } catch (error) {
      if (error instanceof StoredDataError) throw error;
      // Not given as the cause: such errors quote what they could not read.
      throw new StoredDataError('a value in it is not as it was written');
    }
  }

  private encode(data: unknown): SuperJSONResult {
    const result = this.superjson.serialize(data);
    const { meta } = result;
    if (!meta?.referentialEqualities || this.inspected.shared) return result;
    // superjson takes equal bigints and NaNs for one object.
    if (meta.values) delete meta.referentialEqualities;
    else delete result.meta;
    return result;
  }

  private decode({ json, meta }: SuperJSONResult): unknown {
    const value: unknown = meta?.values
      ? this.superjson.deserialize({ json, meta: { values: meta.values, v: 1 } }, { inPlace: true })
      : json;
    if (meta?.referentialEqualities) new SharedReferences(value).restore(meta.referentialEqualities);
    return value;
  }

  private registerNew(): void {
    if (this.known.size === this.registry.size) return;
    for (const definition of this.registry.all()) {
      if (this.known.has(definition.name)) continue;
      this.known.add(definition.name);
      if (definition.convert) this.registerConverted(definition);
      else this.superjson.registerClass(definition.type as new () => object, definition.name);
    }
  }

  private registerConverted(definition: JobValueDefinition): void {
    const prototype = definition.type.prototype as object;
    this.superjson.registerCustom<object, any>(
      {
        isApplicable: (value): value is object =>
          typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === prototype,
        serialize: (value) => this.convert(value, definition),
        deserialize: (stored) => this.revive(stored, definition) as object,
      },
      definition.name,
    );
  }

  private convert(value: object, { convert }: JobValueDefinition): SuperJSONResult {
    if (this.nesting >= MAX_DEPTH || ++this.conversions > MAX_CONVERSIONS)
      throw new Error('endless conversion');
    const { converted } = this.inspected;
    this.nesting++;
    try {
      return this.encode(converted?.has(value) ? converted.get(value) : convert!.toData(value));
    } finally {
      this.nesting--;
    }
  }

  private revive(stored: unknown, { name, type, convert }: JobValueDefinition): unknown {
    if (typeof stored !== 'object' || stored === null || !Object.hasOwn(stored, 'json')) {
      throw new StoredDataError(`what stands for a ${type.name} is not as it was written`);
    }
    const { meta } = stored as SuperJSONResult;
    checkMeta(meta, this.registry);
    const data = this.decode(stored as SuperJSONResult);
    try {
      return convert!.fromData(data);
    } catch (error) {
      throw new StoredDataError(`fromData of @JobValue('${name}') threw an error: see the cause`, {
        cause: error,
      });
    }
  }
}
