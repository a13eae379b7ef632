import { classesOf, withoutLiterals } from './class-source.js';

/** A declared `#name` that is neither static (the class holds that, not the instance) nor a use after a dot. */
const DECLARED =
  /(?<!\.\s*)(?<!\bstatic\s+(?:(?:async|get|set|accessor)\s*)?\*?\s*)#[A-Za-z_$\\\u0080-\uffff]/;

/** What TypeScript and tslib, Babel, swc and esbuild make of `#name` for older targets. */
const DOWNLEVELLED = [
  /\b__classPrivateField(?:Get|Set|In)\b(?!\s*\([^,]*,\s*_[a-z]\s*,)/,
  /\b_[A-Za-z0-9$]+_\w+\.(?:set|add)\(this\b/,
  /\b_classPrivate(?:Field|Method)\w+/,
  /\b_class_private_(?:field|method)_\w+/,
  /\b__private(?:Add|Get|Set|Method)\b/,
];

const known = new WeakMap<Function, boolean>();

/**
 * Whether instances have `#private` fields or methods, those of its base classes included. They are invisible
 * from outside, so copying the fields of an instance loses them without a word. Static ones do not count.
 *
 * Read from the source text of the classes, since the language offers no other way; the answer is kept per class.
 */
export function usesPrivateMembers(type: Function): boolean {
  let answer = known.get(type);
  if (answer === undefined) {
    answer = classesOf(type).some(declaresPrivateMembers);
    known.set(type, answer);
  }
  return answer;
}

function declaresPrivateMembers(type: Function): boolean {
  const source = Function.prototype.toString.call(type);
  if (!source.includes('#') && !/private|\.(?:set|add)\(this/i.test(source)) return false;
  const { code, members } = withoutLiterals(source);
  return DECLARED.test(members) || DOWNLEVELLED.some((trace) => trace.test(code));
}
