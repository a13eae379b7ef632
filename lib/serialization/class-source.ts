/** Comments, strings and regular expressions: a `#` or a brace in them means nothing. */
const LITERAL =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|(?<=(?:[(,=:[!&|?{;+\-*%~^<>]|\b(?:return|typeof|case))\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;

/** Template text up to its end or its next `${`. */
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y;

/** The class and its bases: `extends` links the classes, older code only their prototypes. */
export function classesOf(type: Function): Function[] {
  const chain = new Set<Function>();
  for (let link: unknown = type; isClass(link); link = Object.getPrototypeOf(link)) chain.add(link);
  let prototype: unknown = type.prototype;
  while (prototype instanceof Object && prototype !== Object.prototype) {
    const owner = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
    if (isClass(owner)) chain.add(owner);
    prototype = Object.getPrototypeOf(prototype);
  }
  return [...chain];
}

function isClass(link: unknown): link is Function {
  return typeof link === 'function' && link !== Function.prototype && link !== Object;
}

/**
 * The source without literals, and of that the members of the class without what stands in their braces: classes
 * within methods are other classes.
 */
export function withoutLiterals(source: string): { code: string; members: string } {
  let code = '';
  let members = '';
  let depth = 0;
  /** The depths at which the `${` of open templates stand. */
  const templates: number[] = [];
  for (let i = 0; i < source.length; i++) {
    let char = source[i]!;
    const endOfLiteral = '/"\''.includes(char) ? match(LITERAL, source, i) : 0;
    if (endOfLiteral > 0) {
      i = endOfLiteral - 1;
      char = ' ';
    } else if (char === '`' || (char === '}' && templates.at(-1) === depth)) {
      if (char === '}') templates.pop();
      i = match(TEMPLATE_TEXT, source, i + 1);
      if (source[i] === '$') {
        templates.push(depth);
        i++;
      }
      char = ' ';
    }
    if (char === '}') depth--;
    code += char;
    if (depth === 1) members += char;
    if (char === '{') depth++;
  }
  return { code, members };
}

/** Where the match that begins at `start` ends; 0 without one. */
function match(pattern: RegExp, source: string, start: number): number {
  pattern.lastIndex = start;
  pattern.test(source);
  return pattern.lastIndex;
}
