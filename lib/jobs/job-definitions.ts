import type { Type } from '@nestjs/common';
import { definitionFromClassName, problemOfName, problemOfVersion } from './definition-name.js';
import { findMistakes } from './definition-mistakes.js';
import type { Definition, VersionedDefinition } from './definition.js';
import { JobDefinitionError, JobNotRegisteredError, UnknownJobError } from './jobs.errors.js';
import { type DeclaredVersion, declaredJobVersion } from './version.decorators.js';

type Upgrade = (data: unknown) => unknown;

/** The way from stored data to a class that can take it. */
export interface Route {
  readonly definition: VersionedDefinition;
  /** In this order, each turns its version's data into the next one's. */
  readonly upgrades: readonly Upgrade[];
}

/**
 * Which class stands for which name and version. Injectable, for those who write schedulers, tools and tests.
 *
 * @publicApi
 */
export class JobDefinitions {
  private readonly byType = new Map<Type, VersionedDefinition>();
  private readonly byName = new Map<string, VersionedDefinition[]>();
  private readonly aliases = new Map<string, string>();
  private readonly routes = new Map<string, Map<number, Route>>();
  private readonly mistakes: string[] = [];

  /**
   * The definition of a class.
   *
   * @throws {JobNotRegisteredError} where the class is not registered; a subclass of a registered one is not.
   */
  of(type: Type): Definition {
    const definition = this.byType.get(type);
    if (definition) return definition;
    throw new JobNotRegisteredError(this.notRegistered(type));
  }

  /**
   * The definition with this name, or alias, and version.
   *
   * @throws {UnknownJobError} where there is none.
   */
  get(name: string, version: number): Definition {
    const definition = this.find(name, version);
    if (definition) return definition;
    const known = this.versions(name).map((one) => one.version);
    throw new UnknownJobError(
      `No ${this.noun} is registered as '${name}' version ${version}` +
        (known.length > 0
          ? `; known versions of it: ${known.join(', ')}.`
          : `: add its class to \`${this.noun}s\`.`),
    );
  }

  /** As {@link JobDefinitions.get}, without an error. */
  find(name: string, version: number): Definition | undefined {
    return this.named(name).find((one) => one.version === version);
  }

  /** All versions of a name, lowest first. */
  versions(name: string): Definition[] {
    return [...this.named(name)];
  }

  /** In the order of their registration. */
  all(): Definition[] {
    return [...this.byType.values()];
  }

  /**
   * The newest registered version that data of this name and version can be brought to. An exact match is the least;
   * upgraders lead further.
   */
  route(name: string, version: number): Route | undefined {
    let ofName = this.routes.get(name);
    const known = ofName?.get(version);
    if (known) return known;
    const found = this.findRoute(name, version);
    // Not of what is unknown: names and versions come from the store, and may be any number.
    if (!found) return undefined;
    if (!ofName) this.routes.set(name, (ofName = new Map()));
    ofName.set(version, found);
    return found;
  }

  /** Every name and version whose stored data can be taken: aliases, and what upgraders lead on from, included. */
  takes(): { name: string; version: number }[] {
    return [...this.byName.keys(), ...this.aliases.keys()].flatMap((name) => {
      const versions = this.named(name).flatMap(({ version, options }) => [
        version,
        ...Object.keys(options.upgrade ?? {}).map(Number),
      ]);
      return [...new Set(versions)]
        .filter((version) => this.route(name, version))
        .map((version) => ({ name, version }));
    });
  }

  /** Registers classes; what is wrong with them is kept for {@link JobDefinitions.findMistakes}. */
  register(types: readonly unknown[]): void {
    this.routes.clear();
    for (const type of types) {
      const mistake = this.mistakeOf(type);
      if (mistake !== undefined) this.mistakes.push(mistake);
      else if (!this.byType.has(type as Type)) this.add(type as Type);
    }
  }

  /** Everything that is wrong with what was registered so far: sentences that name the class and the mend. */
  findMistakes(): string[] {
    return [...this.mistakes, ...findMistakes(this.all() as VersionedDefinition[])];
  }

  /** @throws {JobDefinitionError} where anything that was registered so far is wrong. */
  assertNoMistakes(): void {
    const mistakes = this.findMistakes();
    if (mistakes.length > 0) throw new JobDefinitionError(mistakes);
  }

  protected get noun(): string {
    return 'job';
  }

  protected declaredVersion(type: Type): DeclaredVersion | undefined {
    return declaredJobVersion(type);
  }

  /** What is wrong with a class on its own; `undefined` where nothing is. */
  protected mistakeOf(type: unknown): string | undefined {
    if (typeof type !== 'function') {
      return `${describe(type)} was registered as a ${this.noun}, but is no class (is an import circular?).`;
    }
    if (typeof (type.prototype as { execute?: unknown } | undefined)?.execute === 'function')
      return undefined;
    return `${type.name || 'An anonymous class'} is no job: give it a method \`execute(context: JobContext)\`.`;
  }

  protected notRegistered(type: Type): string {
    return (
      `The job ${type?.name} is not registered: add it to \`jobs\` of EventFlowJobsModule.forRoot() or .forFeature().` +
      subclassHint(type, this.byType)
    );
  }

  private named(name: string): VersionedDefinition[] {
    return this.byName.get(name) ?? this.byName.get(this.aliases.get(name) ?? '') ?? [];
  }

  private add(type: Type): void {
    const declared = this.declaredVersion(type);
    const derived = declared ?? definitionFromClassName(type.name);
    const problem = derived ? (problemOfName(derived.name) ?? problemOfVersion(derived.version)) : undefined;
    if (!derived || problem !== undefined) {
      const advice = `@${this.noun === 'job' ? 'JobVersion' : 'CommandVersion'}('Name', 1)`;
      this.mistakes.push(
        declared
          ? `${type.name}: ${problem}.`
          : `${type.name || 'An anonymous class'}: no name can be made of this class name${problem ? ` (${problem})` : ''}: give it one with ${advice}.`,
      );
      return;
    }
    const definition = {
      name: derived.name,
      version: derived.version,
      type,
      options: declared?.options ?? {},
    };
    this.byType.set(type, definition);
    const versions = this.byName.get(definition.name) ?? [];
    versions.push(definition);
    versions.sort((a, b) => a.version - b.version);
    this.byName.set(definition.name, versions);
    for (const alias of definition.options.aliases ?? []) this.aliases.set(alias, definition.name);
  }

  private findRoute(name: string, version: number): Route | undefined {
    const versions = this.named(name);
    const steps = new Map<number, Upgrade>();
    for (const one of versions) {
      for (const [from, upgrade] of Object.entries(one.options.upgrade ?? {}))
        steps.set(Number(from), upgrade);
    }
    const upgrades: Upgrade[] = [];
    let best: Route | undefined;
    for (let reached = version; ; reached++) {
      const definition = versions.find((one) => one.version === reached);
      if (definition) best = { definition, upgrades: [...upgrades] };
      const step = steps.get(reached);
      if (!step) return best;
      upgrades.push(step);
    }
  }
}

function subclassHint(type: Type, registered: ReadonlyMap<Type, Definition>): string {
  for (
    let parent: unknown = type && Object.getPrototypeOf(type);
    parent;
    parent = Object.getPrototypeOf(parent)
  ) {
    const definition = registered.get(parent as Type);
    if (definition)
      return ` (Its parent ${definition.type.name} is registered, but a subclass is a class of its own.)`;
  }
  return '';
}

function describe(value: unknown): string {
  return value === null || value === undefined ? String(value) : `A value of type ${typeof value}`;
}
