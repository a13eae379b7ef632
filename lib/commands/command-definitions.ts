import { Injectable, type Type } from '@nestjs/common';
import { JobDefinitions } from '../jobs/job-definitions.js';
import { type DeclaredVersion, declaredCommandVersion } from '../jobs/version.decorators.js';

/**
 * Which command class stands for which name and version. Command classes with a `@CommandHandler` are found by
 * themselves; those without one in this process come from `commands` of the module.
 *
 * @publicApi
 */
@Injectable()
export class CommandDefinitions extends JobDefinitions {
  private readonly handled = new Set<Type>();

  /** Registers command classes that this process can execute. */
  registerHandled(types: readonly Type[]): void {
    for (const type of types) this.handled.add(type);
    this.register(types);
  }

  /** Whether a handler in this process executes commands of this class; a parent's handler does. */
  isHandled(type: Type): boolean {
    for (let one: unknown = type; typeof one === 'function'; one = Object.getPrototypeOf(one)) {
      if (this.handled.has(one as Type)) return true;
    }
    return false;
  }

  protected override get noun(): string {
    return 'command';
  }

  protected override declaredVersion(type: Type): DeclaredVersion | undefined {
    return declaredCommandVersion(type);
  }

  protected override mistakeOf(type: unknown): string | undefined {
    return typeof type === 'function' ? undefined : super.mistakeOf(type);
  }

  protected override notRegistered(type: Type): string {
    return (
      `The command ${type?.name} is not registered: give it a @CommandHandler in this app, or, where it is executed by ` +
      'another process, add it to `commands` of EventFlowJobsModule.forRoot() or .forFeature().'
    );
  }
}
