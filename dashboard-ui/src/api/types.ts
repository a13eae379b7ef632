// What the JSON interface answers. Times are ISO 8601 texts.

export const STATES = ['scheduled', 'running', 'succeeded', 'failed', 'cancelled', 'parked'] as const;
export type JobState = (typeof STATES)[number];

export interface RatePoint {
  readonly at: string;
  readonly scheduled: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retrying: number;
}

export interface Status {
  readonly scheduler: string;
  readonly capabilities: readonly string[];
  readonly readOnly: boolean;
  readonly payloads: boolean;
  readonly now: string;
  readonly counts: Readonly<Record<JobState, number>> | null;
  readonly oldestDue: string | null;
}

export interface Overview extends Status {
  readonly rates: { readonly step: number; readonly points: readonly RatePoint[] };
}

export interface EntrySummary {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly command?: { readonly name: string; readonly version: number };
  readonly state: JobState;
  readonly runAt: string;
  readonly scheduledAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly attempt: number;
  readonly attempts: number;
  readonly key?: string;
  readonly queue: string;
  readonly priority: number;
  readonly progress?: { readonly fraction: number; readonly note?: string };
  readonly lastError?: { readonly name: string; readonly message: string };
  readonly worker?: string;
}

export interface Failure {
  readonly attempt: number;
  readonly at?: string;
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

export interface EntryDetail extends EntrySummary {
  /** Missing where payloads are hidden. */
  readonly data?: unknown;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly failures: readonly Failure[];
}

export interface Explanation {
  readonly reason: string;
  readonly text: string;
  readonly expectedAt?: string;
}

export interface EntryPage {
  readonly entries: readonly EntrySummary[];
  readonly cursor?: string;
}

export type EntryAction = 'cancel' | 'retry' | 'run-now' | 'reschedule';

export interface ActionResult {
  readonly id: string;
  readonly done: boolean;
  readonly error?: { readonly name: string; readonly message: string };
}

export interface Recurring {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly schedule: {
    readonly cron?: string;
    readonly timeZone?: string;
    readonly every?: number | string;
    readonly missed?: 'once' | 'skip';
  };
  readonly nextRunAt?: string;
  readonly lastRunAt?: string;
  readonly paused?: boolean;
}

export type RecurringAction = 'trigger' | 'pause' | 'resume' | 'remove';

export interface Queue {
  readonly name: string;
  readonly scheduled: number;
  readonly paused: boolean;
}

export interface Worker {
  readonly id: string;
  readonly host?: string;
  readonly pid?: number;
  readonly isHere: boolean;
  readonly startedAt: string;
  readonly seenAt: string;
  readonly running: number;
  readonly concurrency?: number;
  readonly queues: Readonly<Record<string, number>>;
}

export interface Definitions {
  readonly jobs: readonly { readonly name: string }[];
  readonly commands: readonly { readonly name: string }[];
}

export interface EntryEvent {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** What it is now. */
  readonly state: JobState;
}
