import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DiscardJobError, type Job, JobPolicy, JobVersion } from 'nestjs-eventflow-jobs';

@JobVersion('Greet', 1)
export class GreetJob implements Job {
  constructor(readonly who = 'Ada') {}
  execute() {}
}

@JobVersion('Fail', 2)
@JobPolicy({ attempts: 1 })
export class FailJob implements Job {
  constructor(readonly secret = 'hush') {}
  execute() {
    throw new DiscardJobError('The printer is on fire');
  }
}

export class PayCommand extends Command<void> {
  constructor(readonly orderId: string) {
    super();
  }
}

@CommandHandler(PayCommand)
export class PayHandler implements ICommandHandler<PayCommand> {
  async execute() {}
}

/** What most apps of these tests have. */
export const JOBS = [GreetJob, FailJob];
