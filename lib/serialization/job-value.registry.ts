import { getJobValueOptions, type JobValueOptions } from './job-value.decorator.js';

/**
 * A registered value class.
 *
 * @publicApi
 */
export interface JobValueDefinition extends JobValueOptions {
  readonly type: Function;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._\-:/]{0,254}$/;

/**
 * The value classes that stored data may name. Mistakes are collected rather than thrown, so that the start can
 * report all of them together.
 */
export class JobValueRegistry {
  /** Sentences that name the class and the mend. */
  readonly problems: string[] = [];

  private readonly types = new Map<Function, JobValueDefinition>();
  private readonly prototypes = new Map<object, JobValueDefinition>();
  private readonly names = new Map<string, JobValueDefinition>();

  get size(): number {
    return this.names.size;
  }

  /** Adding a class again is fine: feature modules may share one. */
  add(type: Function): void {
    if (typeof type !== 'function') {
      this.problems.push(
        `\`values\` holds ${type === null ? 'null' : `something of type ${typeof type}`} where a class is due: ` +
          'list the class itself, and look for a circular import if you did.',
      );
      return;
    }
    if (this.types.has(type)) return;
    const options = getJobValueOptions(type);
    const problem = options ? this.problemOf(type, options.name) : undecorated(type);
    if (problem !== undefined) {
      if (!this.problems.includes(problem)) this.problems.push(problem);
      return;
    }
    const definition: JobValueDefinition = { ...options!, type };
    this.types.set(type, definition);
    this.prototypes.set(type.prototype as object, definition);
    this.names.set(definition.name, definition);
  }

  byType(type: Function): JobValueDefinition | undefined {
    return this.types.get(type);
  }

  /** The class whose instance directly has this prototype: an instance of a subclass has another. */
  byPrototype(prototype: object): JobValueDefinition | undefined {
    return this.prototypes.get(prototype);
  }

  byName(name: string): JobValueDefinition | undefined {
    return this.names.get(name);
  }

  all(): JobValueDefinition[] {
    return [...this.names.values()];
  }

  private problemOf(type: Function, name: unknown): string | undefined {
    if (typeof name !== 'string' || !NAME.test(name)) {
      return (
        `${type.name} has an invalid value name: give @JobValue 1 to 255 characters, ` +
        'a letter or digit first, then letters, digits and . _ - : /'
      );
    }
    const other = this.names.get(name);
    return (
      other &&
      `${other.type.name} and ${type.name} both have the value name '${name}': ` +
        'give one of them another name in @JobValue.'
    );
  }
}

function undecorated(type: Function): string {
  return `${type.name || 'A class without a name'} is listed in \`values\` but has no @JobValue of its own: decorate it with @JobValue('${type.name || 'Name'}').`;
}
