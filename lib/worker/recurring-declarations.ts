import { Inject, Injectable, type Type } from '@nestjs/common';
import { CommandDefinitions } from '../commands/command-definitions.js';
import { PublishCommandJob } from '../commands/publish-command.job.js';
import { JobDefinitions } from '../jobs/job-definitions.js';
import type { Job } from '../jobs/job.interface.js';
import { type RecurringDeclaration, declaredRecurring } from '../jobs/recurring-job.decorator.js';
import { messageOf } from '../jobs/thrown.js';
import { checkedMetadata } from '../scheduling/entry-planner.js';
import { recurringToSchedule } from '../scheduling/entry-to-schedule.js';
import { type NewRecurring, isRecurringId } from '../scheduling/recurring.js';
import { assertRecurringSchedule } from '../scheduling/recurring-schedule.js';
import type { SchedulerCore } from '../scheduling/scheduler-core.js';
import { SCHEDULER_CORE } from '../scheduling/tokens.js';

interface Declared extends RecurringDeclaration {
  readonly type: Type;
  readonly isCommand: boolean;
}

/** What the app's classes declare by `@RecurringJob`. */
@Injectable()
export class RecurringDeclarations {
  constructor(
    private readonly jobs: JobDefinitions,
    private readonly commands: CommandDefinitions,
    @Inject(SCHEDULER_CORE) private readonly core: SchedulerCore,
  ) {}

  plan(): Promise<NewRecurring[]> {
    return Promise.all(
      this.declared().map(async ({ id, schedule, type, isCommand }) => {
        const instance: object = new type();
        const job = isCommand ? PublishCommandJob.create(instance) : (instance as Job);
        const { checked, ...planned } = this.core.planner.planJob(job, {});
        await checked;
        const open = recurringToSchedule(id, job, planned);
        await this.core.interceptors.schedule(open, async () => id);
        return { id, schedule, declared: true, ...planned, metadata: checkedMetadata(open.metadata) };
      }),
    );
  }

  findMistakes(): string[] {
    const owners = new Map<string, Type>();
    return this.declared().flatMap(({ id, schedule, type }) => {
      const owner = owners.get(id);
      owners.set(id, type);
      return [
        ...(owner
          ? [`${owner.name} and ${type.name} are both @RecurringJob '${id}': give each an id of its own.`]
          : []),
        ...(type.length > 0
          ? [
              `${type.name} is a @RecurringJob, but its constructor takes arguments: give them defaults, or call scheduleRecurring().`,
            ]
          : problemOfMaking(type)),
        ...problemOf(id, schedule).map((problem) => `${type.name}: @RecurringJob: ${problem}`),
      ];
    });
  }

  private declared(): Declared[] {
    const of = (definitions: JobDefinitions, isCommand: boolean) =>
      definitions.all().flatMap(({ type }) => {
        const declaration = declaredRecurring(type);
        return declaration ? [{ ...declaration, type, isCommand }] : [];
      });
    return [...of(this.jobs, false), ...of(this.commands, true)];
  }
}

function problemOfMaking(type: Type): string[] {
  try {
    Reflect.construct(type, []);
    return [];
  } catch (error) {
    return [`${type.name} is a @RecurringJob, but its constructor throws: ${messageOf(error)}`];
  }
}

function problemOf(id: unknown, schedule: RecurringDeclaration['schedule']): string[] {
  if (!isRecurringId(id)) return ['its id must be well-formed text of 1 to 255 characters without NUL.'];
  try {
    assertRecurringSchedule(schedule);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}
