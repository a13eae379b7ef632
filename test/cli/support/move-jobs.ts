import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  CommandVersion,
  type EventFlowJobsModuleOptions,
  type Job,
  type JobContext,
  JobVersion,
  RecurringJob,
  SnoozeJobError,
} from 'nestjs-eventflow-jobs';
import { startApp } from '../../support/app.js';

/** What has run, with the attempt: `text 3`. */
export const ran: string[] = [];

@JobVersion('Note', 1)
export class NoteJob implements Job {
  constructor(readonly text: string) {}

  execute({ attempt }: JobContext): void {
    ran.push(`${this.text} ${attempt}`);
  }
}

/** Fails as long as it is told to. */
@JobVersion('Flaky', 1)
export class FlakyJob implements Job {
  static fails = true;
  constructor(readonly text: string) {}

  execute({ attempt }: JobContext): void {
    if (FlakyJob.fails) throw new Error(`${this.text}, attempt ${attempt}`);
    ran.push(`${this.text} ${attempt}`);
  }
}

@JobVersion('Snoozing', 2)
export class SnoozingJob implements Job {
  execute(): void {
    throw new SnoozeJobError('1h');
  }
}

/** The apps that work on the source do not know it. */
@JobVersion('Newer', 1)
export class NewerJob implements Job {
  constructor(readonly text: string) {}

  execute({ attempt }: JobContext): void {
    ran.push(`${this.text} ${attempt}`);
  }
}

/** Runs until it is told to end. */
@JobVersion('Long', 1)
export class LongJob implements Job {
  execute({ signal }: JobContext): Promise<void> {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  }
}

/** Declared by every app that works. */
@JobVersion('Tidy', 1)
@RecurringJob('tidy', { every: '1h' })
class TidyJob implements Job {
  execute(): void {}
}

@CommandVersion('ShipOrder', 3)
export class ShipOrderCommand {
  constructor(readonly orderId: string) {}
}

@CommandHandler(ShipOrderCommand)
class ShipOrderHandler implements ICommandHandler<ShipOrderCommand> {
  async execute({ orderId }: ShipOrderCommand): Promise<void> {
    ran.push(`ship ${orderId}`);
  }
}

const KNOWN = [NoteJob, FlakyJob, SnoozingJob, LongJob, TidyJob];

/** An app that knows them all, or all but the newer one. */
export function startMoveApp(
  scheduler: EventFlowJobsModuleOptions['scheduler'],
  { worker = false, older = false }: { worker?: EventFlowJobsModuleOptions['worker']; older?: boolean } = {},
) {
  return startApp(
    { scheduler, worker, jobs: older ? KNOWN : [...KNOWN, NewerJob], commands: [ShipOrderCommand] },
    { providers: [ShipOrderHandler] },
  );
}
