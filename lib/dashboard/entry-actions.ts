import { Injectable } from '@nestjs/common';
import type { JobEntry } from '../scheduling/job-entry.js';
import { JobScheduler } from '../scheduling/job-scheduler.js';
import { SchedulerUnavailableError, UnsupportedOperationError } from '../scheduling/scheduling.errors.js';
import { toTime } from './entry-query.js';
import { toldOf } from './json-answers.js';
import { RequestError } from './request.error.js';

const MOST_IDS = 1_000;
const AT_ONCE = 20;

/** What became of one entry. */
export interface ActionResult {
  readonly id: string;
  readonly done: boolean;
  readonly error?: { readonly name: string; readonly message: string };
}

interface Action {
  readonly apply: (scheduler: JobScheduler, id: string) => Promise<boolean>;
  /** What an entry must be, to go on with "only an entry that ...". */
  readonly needs: string;
}

/** Does one thing to many entries. Each has a fate of its own. */
@Injectable()
export class EntryActions {
  constructor(private readonly scheduler: JobScheduler) {}

  async run({ action, ids, runAt }: Record<string, unknown>): Promise<{ results: ActionResult[] }> {
    const chosen = actionOf(action, runAt);
    const wanted = idsOf(ids);
    const results: (ActionResult | { id: string; thrown: unknown })[] = [];
    for (let first = 0; first < wanted.length; first += AT_ONCE) {
      const some = wanted.slice(first, first + AT_ONCE);
      const round = await Promise.all(some.map((id) => this.attempt(chosen, id)));
      results.push(...round);
      // The store is away: to ask for each of a thousand would take minutes.
      if (round.every(isUnavailable)) {
        const { thrown } = round[0] as { thrown: unknown };
        results.push(...wanted.slice(first + AT_ONCE).map((id) => ({ id, thrown })));
        break;
      }
    }
    const thrown = results.flatMap((result) => ('thrown' in result ? [result.thrown] : []));
    // None was touched: that is no fault of an entry.
    if (thrown.length === results.length) throw thrown[0];
    return {
      results: results.map((result) => {
        if (!('thrown' in result)) return result;
        const { name, message } = toldOf(result.thrown);
        return { id: result.id, done: false, error: { name, message } };
      }),
    };
  }

  private async attempt(
    { apply, needs }: Action,
    id: string,
  ): Promise<ActionResult | { id: string; thrown: unknown }> {
    try {
      if (await apply(this.scheduler, id)) return { id, done: true };
      const { name, message } = whyNot(id, needs, await this.find(id));
      return { id, done: false, error: { name, message } };
    } catch (thrown) {
      return { id, thrown };
    }
  }

  /** `undefined`: the scheduler cannot tell. */
  private async find(id: string): Promise<JobEntry | undefined | 'untold'> {
    try {
      return await this.scheduler.get({ id });
    } catch (error) {
      if (error instanceof UnsupportedOperationError) return 'untold';
      throw error;
    }
  }
}

function isUnavailable(result: ActionResult | { thrown: unknown }): boolean {
  return 'thrown' in result && result.thrown instanceof SchedulerUnavailableError;
}

function whyNot(id: string, needs: string, entry: JobEntry | undefined | 'untold'): RequestError {
  if (!entry) return RequestError.notFound(`There is no entry ${id}: it never was, or is no longer kept.`);
  if (entry === 'untold') {
    return RequestError.conflict(
      `The entry is no longer there, or does not let itself: only one that ${needs}.`,
    );
  }
  return RequestError.conflict(`The entry is ${entry.state}: only one that ${needs}.`);
}

function actionOf(action: unknown, runAt: unknown): Action {
  switch (action) {
    case 'cancel':
      return { apply: (scheduler, id) => scheduler.cancel({ id }), needs: 'waits or runs can be cancelled' };
    case 'retry':
      return { apply: (scheduler, id) => scheduler.retry(id), needs: 'failed or is parked can be run again' };
    case 'run-now':
      return { apply: (scheduler, id) => scheduler.reschedule({ id }, 0), needs: 'waits can be run now' };
    case 'reschedule': {
      const time = toTime('runAt', runAt);
      return {
        apply: (scheduler, id) => scheduler.reschedule({ id }, time),
        needs: 'waits can be given another time',
      };
    }
    default:
      throw RequestError.invalid('`action` must be cancel, retry, run-now or reschedule.');
  }
}

function idsOf(ids: unknown): string[] {
  const isList = Array.isArray(ids) && ids.every((id) => typeof id === 'string' && id !== '');
  if (!isList || ids.length < 1 || ids.length > MOST_IDS) {
    throw RequestError.invalid(`\`ids\` must be a list of 1 to ${MOST_IDS} ids.`);
  }
  return [...new Set(ids as string[])];
}
