import type { SuperJSONResult } from 'superjson';
import { canWriteDates, withDates } from './dates.format.js';
import { FaithfulComparison } from './faithful-comparison.js';
import { JobSerializationError } from './job-serialization.error.js';
import type { JobValueDefinition, JobValueRegistry } from './job-value.registry.js';
import { PayloadInspection } from './payload.inspection.js';
import { largestField, sizeOf } from './payload-size.js';
import { a, reasons } from './refusal.reasons.js';
import { Refusal } from './refusal.js';
import type { StoredDataError } from './stored-data.error.js';
import { parseStored } from './stored-text.js';
import { SuperjsonFormat } from './superjson.format.js';

/**
 * Data to text and back, so that what comes back is what went in, or is refused at once.
 *
 * The text is superjson's `{ json, meta }`, readable in a store. Equal afterwards: classes, values, the order of
 * fields and members, which places hold one and the same object. Not kept: whether an object was frozen, properties
 * that are not enumerable, and that a field was a getter.
 */
export class PayloadSerializer {
  private readonly format: SuperjsonFormat;

  constructor(
    private readonly registry: JobValueRegistry,
    /** In bytes of UTF-8. */
    private readonly maxPayload: number,
  ) {
    this.format = new SuperjsonFormat(registry);
  }

  get values(): readonly JobValueDefinition[] {
    return this.registry.all();
  }

  /**
   * @param data the fields of a job or command, as a plain object
   * @param owner the name of its class, for messages
   * @param root where in `data` the fields of that class lie: paths begin there
   * @param ownLevels so many levels of `data` are records that the caller has just made, of values: nothing in them can
   * vary between two readings
   * @throws JobSerializationError with the path of the first value that would change, or of the largest field when
   * the text is over the limit. The message holds paths, class names and types, never the data.
   */
  serialize(data: object, owner: string, root = '', ownLevels = 0): string {
    const inspection = new PayloadInspection(this.registry, ownLevels);
    const refusal = inspection.inspect(data);
    if (refusal) throw failure(owner, refusal, root);
    const text = this.write(data, inspection);
    if (text instanceof Refusal) throw failure(owner, text, root);
    const difference = isSureToComeBack(inspection) ? undefined : this.verify(text, data, inspection);
    if (difference) throw failure(owner, difference, root);
    return text;
  }

  /**
   * The inverse of `serialize`.
   *
   * @throws StoredDataError for text that is damaged, names a value class that is not registered, or reaches for a
   * prototype
   */
  deserialize(text: string): unknown {
    return this.format.read(parseStored(text, this.registry));
  }

  private write(data: object, inspection: PayloadInspection): string | Refusal {
    let result: { json: unknown };
    try {
      if (inspection.plain) result = { json: data };
      else if (inspection.onlyDates && canWriteDates()) result = withDates(data);
      else result = this.format.write(data, inspection);
    } catch (error) {
      return this.locate(data) ?? new Refusal(reasons.unwritable, error);
    }
    try {
      const text = JSON.stringify(result);
      const size = sizeOf(text, this.maxPayload);
      return size > this.maxPayload ? this.tooLarge(result, size) : text;
    } catch (error) {
      if (isTooLong(error)) return this.tooLarge(result, Infinity);
      return this.locate(data) ?? new Refusal(reasons.unwritable, error);
    }
  }

  private verify(text: string, data: object, inspection: PayloadInspection): Refusal | undefined {
    let revived: unknown;
    try {
      revived = this.format.read(JSON.parse(text) as SuperJSONResult);
    } catch (error) {
      return this.locate(data) ?? new Refusal(reasons.notRevived('data'), (error as StoredDataError).cause);
    }
    return new FaithfulComparison(this.registry, inspection.converted, inspection.shared).difference(
      data,
      revived,
    );
  }

  /** Looks for the innermost object that fails on its own. */
  private locate(data: object): Refusal | undefined {
    return new PayloadInspection(this.registry, 0, (value) => this.probe(value)).inspect(data);
  }

  private probe(value: object): Refusal | undefined {
    const definition = this.registry.byPrototype(Object.getPrototypeOf(value) as object);
    const inspection = new PayloadInspection(this.registry);
    if (!definition || inspection.inspect(value)) return undefined;
    let text: string;
    try {
      text = JSON.stringify(this.format.write(value, inspection));
    } catch (error) {
      return new Refusal(
        definition.convert ? reasons.conversionLoop(definition.name) : reasons.unwritable,
        error,
      );
    }
    try {
      this.format.read(JSON.parse(text) as SuperJSONResult);
      return undefined;
    } catch (error) {
      return new Refusal(reasons.notRevived(a(definition.type.name)), (error as StoredDataError).cause);
    }
  }

  private tooLarge({ json }: { json: unknown }, total: number): Refusal {
    const { name, bytes } = largestField(json as object);
    return new Refusal(reasons.tooLarge(total, this.maxPayload, bytes)).inField(name);
  }
}

/**
 * JSON gives text, booleans, null and finite numbers but -0 back as they were, and nothing is there that could vary from
 * one reading to the next. Unless somebody has taught built-in values to write themselves in another way.
 */
function isSureToComeBack({ plain, flat }: PayloadInspection): boolean {
  return plain && flat && BUILT_IN.every((prototype) => !('toJSON' in prototype));
}

const BUILT_IN: readonly object[] = [Object.prototype, String.prototype, Number.prototype, Boolean.prototype];

function isTooLong(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('string length');
}

function failure(owner: string, refusal: Refusal, root: string): JobSerializationError {
  const { reason, cause } = refusal;
  const path =
    refusal.path === root
      ? ''
      : refusal.path.slice(refusal.path.startsWith(`${root}.`) ? root.length + 1 : 0);
  const place = path === '' || path.startsWith('[') ? path : `.${path}`;
  const message = `${owner}${place} cannot be stored: ${reason}`;
  return new JobSerializationError(message, path, cause === undefined ? undefined : { cause });
}
