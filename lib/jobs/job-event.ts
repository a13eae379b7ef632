import { type Observable, Subject, filter } from 'rxjs';
import type { JobId } from './job-id.js';

/**
 * What can happen to an entry. `retrying`: an attempt failed, and another will come.
 *
 * @publicApi
 */
export type JobEventType =
  'scheduled' | 'started' | 'succeeded' | 'retrying' | 'failed' | 'cancelled' | 'parked';

/**
 * One thing that happened to an entry.
 *
 * @publicApi
 */
export interface JobEvent {
  readonly type: JobEventType;
  readonly id: JobId;
  readonly name: string;
  readonly version: number;
  readonly key?: string;
  /** For a `PublishCommand` entry: the command it holds. */
  readonly command?: { readonly name: string; readonly version: number };
  readonly queue: string;
  /** When the entry is due; of an attempt that has begun: when that was due. */
  readonly runAt: Date;
  /** Attempts begun so far; 0 before the first. */
  readonly attempt: number;
  readonly at: Date;
  /** Of the attempt, where one has ended. With type `scheduled`: it has asked to be run again later. */
  readonly durationMs?: number;
  readonly error?: Error;
}

/**
 * What happens to entries, as seen by this process: what it scheduled, and what its worker ran. Inject it.
 *
 * As everywhere in RxJS, a subscriber that throws ends the process: let it catch its own errors.
 *
 * @publicApi
 */
export class JobEvents {
  private readonly subject = new Subject<JobEvent>();
  /** Completes when the app has shut down. */
  readonly all$: Observable<JobEvent> = this.subject.asObservable();

  /** Only events of these types. */
  ofType(...types: JobEventType[]): Observable<JobEvent> {
    return this.all$.pipe(filter((event) => types.includes(event.type)));
  }

  /** Whether anybody listens. */
  get observed(): boolean {
    return this.subject.observed;
  }

  emit(event: JobEvent): void {
    this.subject.next(event);
  }

  /** Nothing more will happen. */
  complete(): void {
    this.subject.complete();
  }
}
