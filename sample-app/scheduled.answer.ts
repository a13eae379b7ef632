import type { JobId, JobScheduler } from 'nestjs-eventflow-jobs';

/** What a client is told about what it had scheduled. */
export interface ScheduledAnswer {
  readonly id: JobId;
  readonly dueAt?: Date;
}

export async function scheduledAnswer(scheduler: JobScheduler, id: JobId): Promise<ScheduledAnswer> {
  const entry = await scheduler.get(id);
  return { id, dueAt: entry?.runAt };
}
