import 'reflect-metadata';
import { classesOf, withoutLiterals } from '../../serialization/class-source.js';

/** What can be told of the data of a class, of which nothing but its code is left at run time. */
export interface Shape {
  /** Its fields, those of its bases included, by name. */
  readonly fields: readonly string[];
  /** Names and types of its constructor's parameters; a type is told where TypeScript emits it, for decorated classes. */
  readonly parameters: readonly string[];
  /** The JSON Schema of its Standard Schema, where that gives one, else who made it. */
  readonly schema?: unknown;
  /** Of a value: that `toData` and `fromData` say what is stored, and not its fields. */
  readonly isConverted?: true;
}

const FIELD = /(?:^|[;{}\n])\s*(?:declare\s+|readonly\s+)?([A-Za-z_$][\w$]*)\s*(?=[;=\n]|$)/g;
/** What TypeScript, Babel, swc, esbuild and oxc make of a field for older targets. */
const DEFINED =
  /\b(?:Object\.defineProperty|_defineProperty|_define_property|__publicField)\(this, ?["']([A-Za-z_$][\w$]*)["']/g;
const ASSIGNED = /\bthis\.([A-Za-z_$][\w$]*)\s*=(?!=)/g;

export function shapeOf(type: Function, schema: object | undefined): Shape {
  const fields = new Set(classesOf(type).flatMap(fieldsDeclaredBy));
  return {
    fields: [...fields].toSorted(),
    parameters: parametersOf(type),
    ...(schema && { schema: schemaShape(schema) }),
  };
}

function fieldsDeclaredBy(type: Function): string[] {
  const source = Function.prototype.toString.call(type);
  const { code, members } = withoutLiterals(source);
  const declared = [...members.matchAll(FIELD)].map((match) => match[1]!);
  const assigned = [...constructorBody(code).matchAll(ASSIGNED)].map((match) => match[1]!);
  const defined = [...source.matchAll(DEFINED)].map((match) => match[1]!);
  return [...declared.filter((name) => name !== 'static' && name !== 'constructor'), ...assigned, ...defined];
}

function parametersOf(type: Function): string[] {
  const { code } = withoutLiterals(Function.prototype.toString.call(type));
  const names = namesIn(balanced(code, code.search(/\bconstructor\s*\(/), '(', ')'));
  const types = (Reflect.getMetadata('design:paramtypes', type) ?? []) as (Function | undefined)[];
  return names.map((name, index) => (types[index] ? `${name}: ${types[index].name}` : name));
}

function constructorBody(code: string): string {
  const start = code.search(/\bconstructor\s*\(/);
  if (start < 0) return '';
  const parameters = balanced(code, start, '(', ')');
  return balanced(code, code.indexOf(parameters, start) + parameters.length, '{', '}');
}

/** What stands between the first opening after `from` and its closing; nothing without one. */
function balanced(code: string, from: number, open: string, close: string): string {
  if (from < 0) return '';
  const start = code.indexOf(open, from);
  let depth = 0;
  for (let i = start; i >= 0 && i < code.length; i++) {
    if (code[i] === open) depth++;
    else if (code[i] === close && --depth === 0) return code.slice(start + 1, i);
  }
  return '';
}

/** Of a list of parameters, without their defaults. */
function namesIn(parameters: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let name = '';
  for (const char of `${parameters},`) {
    if ('([{'.includes(char)) depth++;
    if (')]}'.includes(char)) depth--;
    if (char === ',' && depth === 0) {
      const text = name.split('=')[0]!.replaceAll(/\s+/g, ' ').trim();
      if (text !== '') names.push(text);
      name = '';
    } else name += char;
  }
  return names;
}

/** By Standard JSON Schema (https://standardschema.dev/json-schema), which some libraries offer beside Standard Schema. */
function schemaShape(schema: object): unknown {
  const standard = (schema as { '~standard'?: { vendor?: unknown; jsonSchema?: { input?: unknown } } })[
    '~standard'
  ];
  const input = standard?.jsonSchema?.input;
  if (typeof input !== 'function') return standard?.vendor ?? 'unknown';
  try {
    return (input as (options: object) => unknown)({ target: 'draft-2020-12' });
  } catch {
    return standard?.vendor ?? 'unknown'; // a schema that JSON Schema has no words for
  }
}
