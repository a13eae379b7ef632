import { Logger } from '@nestjs/common';
import { messageOf } from '../jobs/thrown.js';
import { EventFlowJobsError } from '../eventflow-jobs.error.js';
import { InvalidScheduleError } from '../scheduling/invalid-schedule.error.js';
import {
  DuplicateJobKeyError,
  SchedulerUnavailableError,
  UnsupportedOperationError,
} from '../scheduling/scheduling.errors.js';
import type { HttpReply } from './http.js';
import { RequestError } from './request.error.js';
import { SECURITY_HEADERS } from './security-headers.js';

const STATUSES: readonly [new (message: string) => EventFlowJobsError, number][] = [
  [InvalidScheduleError, 400],
  [DuplicateJobKeyError, 409],
  [UnsupportedOperationError, 501],
  [SchedulerUnavailableError, 503],
];

/**
 * Answers what the action gives, or with its error. The reply is written here, and not returned to Nest, so that an app's
 * own interceptors and filters do not give it another form.
 */
export async function answerJson(reply: HttpReply, action: () => unknown): Promise<void> {
  try {
    send(reply, 200, await action());
  } catch (error) {
    const { status, ...told } = toldOf(error);
    send(reply, status, { error: told });
  }
}

/** What a client is told of an error. One that nobody foresaw is for the log: its text may hold anything. */
export function toldOf(error: unknown): { status: number; name: string; message: string } {
  if (error instanceof RequestError) {
    return { status: error.status, name: error.name, message: error.message };
  }
  const status = STATUSES.find(([type]) => error instanceof type)?.[1];
  if (status !== undefined) {
    const { name, message } = error as Error;
    return { status, name, message };
  }
  new Logger('JobsDashboard').error(
    `A request could not be answered: ${messageOf(error)}`,
    error instanceof Error ? error.stack : undefined,
  );
  return {
    status: 500,
    name: 'InternalError',
    message: 'It could not be done; the log of the app says why.',
  };
}

function send(reply: HttpReply, status: number, body: unknown): void {
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  };
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
  reply.status(status).send(JSON.stringify(body));
}
