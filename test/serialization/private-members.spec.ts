import { describe, expect, it } from 'vitest';
import { usesPrivateMembers } from '../../lib/serialization/private-members.js';

/** Text, so that no compiler changes it. */
function classOf(source: string): Function {
  // oxlint-disable-next-line typescript/no-implied-eval -- text is what no compiler changes
  return new Function(`return (${source});`)() as Function;
}

describe('private members are found', () => {
  it.each([
    ['a field', 'class A { #x = 1; }'],
    ['a field without semicolons', 'class A {\n  y = 1\n  #x\n}'],
    ['a method', 'class A { #hidden() {} }'],
    ['a getter', 'class A { get #hidden() { return 1; } }'],
    ['an async generator', 'class A { async *#hidden() {} }'],
    ['one after odd literals', 'class A { a = "}"; b = `{${"`"}`; c = /[}/"]+/; /* } */ #x; }'],
    ['one after nested templates', 'class A { a = `x ${b ? `it\'s ${"}"} #y` : {}} \\` \\${ $`; #x; }'],
    ['one after a method with a template', 'class A { m() { return `x`; } #x; }'],
    ['one after a method with a filled template', 'class A { m() { return `${1}`; } #x; }'],
    [
      'one after a method with a template in braces',
      'class A { m() { if (1) { return `${{ a: 1 }.a} $`; } } #x; }',
    ],
    ['one beside a static one', 'class A { static #count = 0; #x = 1; }'],
    ['one in a base class', 'class B extends class A { #x = 1; } {}'],
    ['one behind a base class', 'class C extends (class B extends class A { #x = 1; } {}) { y = 2; }'],
    [
      'one in a function’s prototype chain',
      '(() => { class A { #x } function B() {} Object.setPrototypeOf(B.prototype, A.prototype); return B; })()',
    ],
    [
      'TypeScript for older targets',
      '(() => { var _A_x; class A { constructor() { _A_x.set(this, void 0); } get x() { return __classPrivateFieldGet(this, _A_x, "f"); } } return A; })()',
    ],
    [
      'tslib',
      '(() => { class A { get x() { return tslib_1.__classPrivateFieldGet(this, _A_x, "f"); } } return A; })()',
    ],
    [
      'TypeScript, field never read',
      '(() => { class A { constructor() { _A_x.set(this, 1); } } return A; })()',
    ],
    [
      'TypeScript, private method',
      '(() => { class A { constructor() { _A_instances.add(this); } } return A; })()',
    ],
    [
      'Babel',
      '(() => { class A { constructor() { _classPrivateFieldInitSpec(this, _x, 1); } } return A; })()',
    ],
    ['swc', '(() => { class A { get x() { return _class_private_field_get(this, _x); } } return A; })()'],
    ['esbuild', '(() => { class A { constructor() { __privateAdd(this, _x, 1); } } return A; })()'],
  ])('%s', (_, source) => expect(usesPrivateMembers(classOf(source))).toBe(true));
});

describe('nothing is found in', () => {
  it.each([
    ['an empty class', 'class A {}'],
    ['strings', 'class A { a = "#x"; b = \'#y\'; c = `#z`; ["#k"] = 1; }'],
    ['comments', 'class A { /* #x */ // #y\n a = 1; }'],
    ['regular expressions', 'class A { hash = /#tag/; other = [/^#x/g, / #y/]; }'],
    [
      'static private members',
      'class A { static #count = 0; static #make() {} static async #go() {} static get #g() { return 1; } static { this.#count++; } }',
    ],
    [
      'static ones for older targets',
      '(() => { class A { static next() { return __classPrivateFieldGet(_a, _a, "f", _A_count); } } return A; })()',
    ],
    ['classes within methods', 'class A { make() { return new (class B { #x = 1; })(); } }'],
    ['a plain function', 'function A() { this.x = 1; }'],
    ['a built-in class', 'Map'],
    [
      'TypeScript’s `private`, which is a field like any other',
      'class A { privateNote = 1; setPrivate() { this.privateNote = 2; } }',
    ],
    ['a registry that the instance enters', 'class A { constructor() { all.add(this); } }'],
  ])('%s', (_, source) => expect(usesPrivateMembers(classOf(source))).toBe(false));

  it('keeps its answer', () => {
    const type = classOf('class A { #x = 1; }');
    expect([usesPrivateMembers(type), usesPrivateMembers(type)]).toEqual([true, true]);
  });
});
