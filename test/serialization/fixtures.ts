import { JobSerializationError } from '../../lib/serialization/job-serialization.error.js';
import { JobValue } from '../../lib/serialization/job-value.decorator.js';
import { JobValueRegistry } from '../../lib/serialization/job-value.registry.js';
import { PayloadSerializer } from '../../lib/serialization/payload.serializer.js';

@JobValue('Money')
export class Money {
  constructor(
    readonly amount: bigint,
    readonly currency: string,
  ) {}

  toJSON() {
    return `${this.amount} ${this.currency}`;
  }
}

@JobValue('Line')
export class Line {
  constructor(
    readonly sku: string,
    readonly price: unknown,
    readonly extras?: unknown,
  ) {}
}

/** Keeps everything to itself, so it needs a conversion. */
@JobValue<Period, { from: Date; label: unknown }>('Period', {
  toData: (period) => period.parts(),
  fromData: ({ from, label }) => new Period(from, label),
})
export class Period {
  #from: Date;
  #label: unknown;

  constructor(from: Date, label?: unknown) {
    this.#from = from;
    this.#label = label;
  }

  parts() {
    return { from: new Date(this.#from), label: this.#label };
  }
}

/** One instance for each code. */
@JobValue<Currency, string>('Currency', {
  toData: (currency) => currency.code,
  fromData: (code) => Currency.of(code),
})
export class Currency {
  private static readonly all = new Map<string, Currency>();
  static of(code: string): Currency {
    const known = Currency.all.get(code) ?? new Currency(code);
    Currency.all.set(code, known);
    return known;
  }
  private constructor(readonly code: string) {}
}

@JobValue<Tags>('Tags', { toData: (tags) => [...tags], fromData: (data) => new Tags(data as string[]) })
export class Tags extends Set<unknown> {}

@JobValue('Discount')
export class Discount extends Money {}

export function serializerWith(types: Function[], maxPayload = 1_048_576): PayloadSerializer {
  const registry = new JobValueRegistry();
  for (const type of types) registry.add(type);
  if (registry.problems.length > 0) throw new Error(registry.problems.join('\n'));
  return new PayloadSerializer(registry, maxPayload);
}

export const serializer = serializerWith([Money, Line, Period, Currency, Tags, Discount]);

export function roundTrip<T extends object>(data: T, using = serializer): T {
  return using.deserialize(using.serialize(data, 'SendEmail')) as T;
}

export function refusalOf(data: object, using = serializer): JobSerializationError {
  try {
    using.serialize(data, 'SendEmail');
  } catch (error) {
    if (error instanceof JobSerializationError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
