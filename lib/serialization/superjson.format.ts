import { SuperJSON, type SuperJSONResult } from 'superjson';
import type { JobValueDefinition, JobValueRegistry } from './job-value.registry.js';
import type { PayloadInspection } from './payload.inspection.js';
import { MAX_DEPTH } from './refusal.reasons.js';
import { SharedReferences } from './shared-references.js';
import { StoredDataError } from './stored-data.error.js';
import { checkMeta } from './stored-text.js';

/**
 * Values that hold one another in ever new combinations would be converted for ever. One is converted again for each
 * conversion around it, so a few times their number is fine, and far more is not.
 */
const conversionLimit = (values: number) => 1000 + 10 * values;

type Inspected = Pick<PayloadInspection, 'shared' | 'converted'>;

/** superjson with the registered value classes, and with a superjson of its own inside each converted value. */
export class SuperjsonFormat {
  /**
   * With objects in several places each is written once, and `null` stands in the other places. Else they would be
   * written out everywhere, endlessly when they hold one another twice level by level, and circles would not close.
   */
  private readonly sharing = new SuperJSON({ dedupe: true });
  /** Without such objects nothing should be `null` but null: superjson takes equal bigints and NaNs for one object. */
  private readonly simple = new SuperJSON();
  private readonly known = new Set<string>();
  private inspected: Inspected = { shared: false, converted: undefined };
  private conversions = 0;
  private nesting = 0;

  constructor(private readonly registry: JobValueRegistry) {}

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
    if (this.inspected.shared) return this.sharing.serialize(data);
    const result = this.simple.serialize(data);
    const { meta } = result;
    if (!meta?.referentialEqualities) return result;
    if (meta.values) delete meta.referentialEqualities;
    else delete result.meta;
    return result;
  }

  private decode({ json, meta }: SuperJSONResult): unknown {
    const references = meta?.referentialEqualities && new SharedReferences(meta.referentialEqualities);
    references?.keepApart(json);
    const value: unknown = meta?.values
      ? this.simple.deserialize({ json, meta: { values: meta.values, v: 1 } }, { inPlace: true })
      : json;
    references?.restore(value);
    return value;
  }

  private registerNew(): void {
    if (this.known.size === this.registry.size) return;
    for (const definition of this.registry.all()) {
      if (this.known.has(definition.name)) continue;
      this.known.add(definition.name);
      if (definition.convert) this.registerConverted(definition);
      else {
        for (const superjson of [this.sharing, this.simple]) {
          superjson.registerClass(definition.type as new () => object, definition.name);
        }
      }
    }
  }

  private registerConverted(definition: JobValueDefinition): void {
    const prototype = definition.type.prototype as object;
    const conversion = {
      isApplicable: (value: unknown): value is object =>
        typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === prototype,
      serialize: (value: object) => this.convert(value, definition) as never,
      deserialize: (stored: unknown) => this.revive(stored, definition) as object,
    };
    for (const superjson of [this.sharing, this.simple])
      superjson.registerCustom(conversion, definition.name);
  }

  private convert(value: object, { convert }: JobValueDefinition): SuperJSONResult {
    const { converted } = this.inspected;
    if (this.nesting >= MAX_DEPTH || ++this.conversions > conversionLimit(converted?.size ?? 0)) {
      throw new Error('endless conversion');
    }
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
