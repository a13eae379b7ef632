import type { ModuleRef } from '@nestjs/core';
import { EventBus } from '@nestjs/cqrs';
import { toJobEntry } from '../scheduling/entry-view.js';
import type { NewEntry, StoredEntry } from '../scheduling/stored-entry.js';
import type { JobEventType, JobEvents } from './job-event.js';
import { JobFailedEvent } from './job-failed.event.js';
import type { JobMapper } from './job-mapper.js';
import { LineLogger } from './line.logger.js';
import type { AttemptResult } from './outcome.js';
import { messageOf } from './thrown.js';

/** Tells the log, `JobEvents` and the `EventBus` what happened; after the store has written it down. */
export class JobReporter {
  private readonly logger = new LineLogger('EventFlowJobs');

  constructor(
    private readonly events: JobEvents,
    private readonly mapper: JobMapper,
    private readonly moduleRef: ModuleRef,
  ) {}

  scheduled(entry: NewEntry): void {
    this.emit('scheduled', entry, 0, entry.scheduledAt);
  }

  started(entry: StoredEntry, at: number): void {
    this.emit('started', entry, entry.attempt, at);
  }

  /** A pending entry was cancelled. */
  cancelled(entry: StoredEntry, at: number): void {
    this.emit('cancelled', entry, entry.attempt, at);
  }

  /** An entry was parked without an attempt. */
  parked(entry: StoredEntry, at: number): void {
    this.logger.warn(`${titleOf(entry)} is parked: ${entry.parked?.text}`);
    this.emit('parked', entry, entry.attempt, at);
  }

  /** The store has written down what an attempt came to. */
  settled(result: AttemptResult, at: number): void {
    this.safely(() => this.tell(result, at));
  }

  private tell({ entry, outcome, error, durationMs }: AttemptResult, at: number): void {
    switch (outcome.type) {
      case 'released':
        return;
      case 'snoozed':
        return this.emit('scheduled', { ...entry, runAt: outcome.runAt }, entry.attempt - 1, at, {
          durationMs,
        });
      case 'parked':
        this.logger.warn(`${titleOf(entry)} is parked: ${outcome.text}`);
        return this.emit('parked', entry, entry.attempt - 1, at, { durationMs });
      case 'retrying':
        this.logger.warn(
          `${attemptOf(entry)} failed, again at ${iso(outcome.runAt)}: ${outcome.error.message}`,
        );
        break;
      case 'failed':
        this.logger.error(
          `${attemptOf(entry)} failed for good: ${outcome.error.message}`,
          outcome.error.stack,
        );
        this.publish({ ...entry, state: 'failed', finishedAt: at, lastError: outcome.error }, error!);
        break;
      default:
        break;
    }
    this.emit(outcome.type, entry, entry.attempt, at, { durationMs, ...(error && { error }) });
  }

  private publish(entry: StoredEntry, error: Error): void {
    let bus: EventBus;
    try {
      bus = this.moduleRef.get(EventBus, { strict: false });
    } catch {
      return; // an app without CqrsModule has nobody who could listen
    }
    // The publisher may be a broker's, and return a promise.
    Promise.resolve(bus.publish(new JobFailedEvent(toJobEntry(entry, this.mapper), error))).catch(
      (reason: unknown) =>
        this.logger.error(`JobFailedEvent of ${titleOf(entry)} could not be published: ${messageOf(reason)}`),
    );
  }

  /** The store has written down what happened: that it cannot be told must not harm what runs beside it. */
  private safely(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.logger.error(`What happened to an entry could not be told: ${messageOf(error)}`);
    }
  }

  private emit(
    type: JobEventType,
    { id, name, version, key, command, queue, runAt }: NewEntry | StoredEntry,
    attempt: number,
    at: number,
    more: { durationMs?: number; error?: Error } = {},
  ): void {
    if (!this.events.observed) return;
    const about = { ...(key !== undefined && { key }), ...(command && { command }) };
    this.events.emit({
      type,
      id,
      name,
      version,
      ...about,
      queue,
      runAt: new Date(runAt),
      attempt,
      at: new Date(at),
      ...more,
    });
  }
}

function titleOf({ id, name, version, command }: StoredEntry): string {
  return `${command ? `${command.name} v${command.version}` : `${name} v${version}`} (${id})`;
}

function attemptOf(entry: StoredEntry): string {
  return `${titleOf(entry)}, attempt ${entry.attempt} of ${entry.attempts},`;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
