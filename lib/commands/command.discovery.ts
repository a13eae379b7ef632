import { Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { CommandDefinitions } from './command-definitions.js';
import { CancelScheduledCommand } from './cancel-scheduled.command.js';
import { ScheduleCommand } from './schedule.command.js';

/** Where `@CommandHandler` of @nestjs/cqrs leaves the command class; it exports no name for it. */
const COMMAND_HANDLER_METADATA = '__commandHandler__';
const OWN: readonly Type[] = [ScheduleCommand, CancelScheduledCommand];

/** Finds the command class of every `@CommandHandler` in the app, so that no command need be registered by hand. */
@Injectable()
export class CommandDiscovery {
  private done = false;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly definitions: CommandDefinitions,
  ) {}

  /** Needs the app's modules scanned, not initialized; only its first call does anything. */
  discover(): void {
    if (this.done) return;
    this.done = true;
    const found = this.discovery.getProviders().flatMap(({ instance, metatype }): Type[] => {
      const handler: unknown = (instance as object | undefined)?.constructor ?? metatype;
      if (typeof handler !== 'function') return [];
      const command = Reflect.getMetadata(COMMAND_HANDLER_METADATA, handler) as Type | undefined;
      return command && !OWN.includes(command) ? [command] : [];
    });
    this.definitions.registerHandled([...new Set(found)]);
  }
}
