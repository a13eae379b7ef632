import { Injectable } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { shapeOf } from '../../lib/cli/manifest/shape.js';

class Money {
  cents = 0;
}

class Base {
  readonly tenant: string = 'acme';
}

@Injectable()
class Order extends Base {
  /** a comment with a brace { and a field: wrong; */
  note = 'a text; with: { signs } = 5;';
  private readonly pattern = /['"{;]/;

  constructor(
    readonly id: string,
    readonly total: Money,
    readonly lines: readonly string[] = [',', ')'],
  ) {
    super();
  }

  execute(): string {
    const local = { wrong: 1 };
    return `${local.wrong}${this.pattern.source}`;
  }
}

describe('the shape of a class', () => {
  it('is its fields, those of its bases included, and what its constructor takes', () => {
    expect(shapeOf(Order, undefined)).toEqual({
      fields: ['id', 'lines', 'note', 'pattern', 'tenant', 'total'],
      parameters: ['id: String', 'total: Money', 'lines: Array'],
    });
  });

  it('is the same whatever its methods do', () => {
    class A {
      field = 1;
      run() {
        return this.field;
      }
    }
    class B {
      field = 2;
      run() {
        const other = '}';
        return other + String(this.field);
      }
    }
    expect(shapeOf(A, undefined)).toEqual(shapeOf(B, undefined));
  });

  it('changes with its schema, where that can be written as JSON Schema', () => {
    const shape = (schema: object) => JSON.stringify(shapeOf(Money, schema));
    expect(shape(z.object({ cents: z.number() }))).not.toBe(shape(z.object({ cents: z.string() })));
    expect(shape(z.object({ cents: z.number() }))).toBe(shape(z.object({ cents: z.number() })));
    expect(shape(z.custom<Money>())).toContain('zod');
  });
});
