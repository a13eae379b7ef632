import 'reflect-metadata';

/**
 * Turns an instance into data and back.
 *
 * @publicApi
 */
// oxlint-disable-next-line typescript/no-explicit-any -- so that the conversion of any class fits
export interface JobValueConversion<T = any, D = unknown> {
  /** Anything that job data may hold, other registered values included. Must not change `value`. */
  toData(value: T): D;
  /** Gives an instance of exactly the decorated class. */
  fromData(data: D): T;
}

/**
 * What `@JobValue` was given.
 *
 * @publicApi
 */
export interface JobValueOptions {
  readonly name: string;
  readonly convert?: JobValueConversion;
}

const JOB_VALUE = Symbol.for('nestjs-eventflow-jobs:job-value');

/**
 * Names a value object, so that instances of it inside the data of jobs and commands come back as instances.
 * The class must also be listed in `values` of `forRoot` or `forFeature`. Subclasses do not inherit it.
 *
 * @param name stands for the class in stored data, so keep it when the class is renamed. 1 to 255 characters:
 * a letter or digit, then letters, digits and `. _ - : /`. Checked at start, with the other registrations.
 * @param convert for classes whose fields are not the whole of them, those with `#private` ones, say.
 * @default without `convert`: fields in, fields out, constructor not called
 * @publicApi
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a conversion without type arguments must type-check
export function JobValue<T = any, D = unknown>(
  name: string,
  convert?: JobValueConversion<T, D>,
): ClassDecorator {
  return (type) => {
    const options: JobValueOptions = convert ? { name, convert: convert as JobValueConversion } : { name };
    Reflect.defineMetadata(JOB_VALUE, options, type);
  };
}

/** What the class itself was decorated with; `undefined` for a class that only inherits from a decorated one. */
export function getJobValueOptions(type: Function): JobValueOptions | undefined {
  return Reflect.getOwnMetadata(JOB_VALUE, type) as JobValueOptions | undefined;
}
