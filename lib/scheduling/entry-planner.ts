import type { Type } from '@nestjs/common';
import type { JobMapper } from '../jobs/job-mapper.js';
import { declaredPolicy } from '../jobs/job-policy.decorator.js';
import {
  DEFAULT_ATTEMPTS,
  DEFAULT_QUEUE,
  type EntryPolicy,
  type JobPolicyOptions,
  copyOfPolicy,
  problemOfPolicy,
} from '../jobs/job-policy.js';
import type { Job } from '../jobs/job.interface.js';
import type { StoredJob } from '../jobs/stored-job.js';
import { printable } from '../serialization/printable.js';
import { newEntryId } from './entry-id.js';
import { InvalidScheduleError, readOnce, shortened, shown } from './invalid-schedule.error.js';
import { toRunTime } from './run-time.js';
import type { ScheduleEntry } from './schedule-options.js';
import type { NewEntry } from './stored-entry.js';

const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({});
const CONFLICT_RULES = ['keep', 'replace', 'reject'] as const;
const LONGEST_KEY = 255;
/** In characters. */
export const LONGEST_METADATA = 65_536;

/** What every entry has in common with a recurring one: the job as stored, and how it is to be run. */
export interface PlannedJob {
  readonly stored: StoredJob;
  readonly attempts: number;
  readonly queue: string;
  readonly priority: number;
  readonly policy?: EntryPolicy;
}

/** An entry, whose metadata interceptors may add to; and whether its schema takes the data. */
export interface PlannedEntry {
  readonly planned: NewEntry;
  readonly checked: Promise<void> | undefined;
}

/** Turns a call into an entry; refuses it before anything is stored. */
export class EntryPlanner {
  constructor(private readonly mapper: JobMapper) {}

  /**
   * @throws {InvalidScheduleError} for a time, key, policy or metadata that makes no sense.
   * @throws {JobNotRegisteredError} for a class that is not registered.
   * @throws {JobSerializationError} for data that would not come back as they are.
   */
  plan(entry: ScheduleEntry, now: number): PlannedEntry {
    const runAt = toRunTime(entry.when, now);
    const { key, onConflict = 'keep' } = entry;
    assertKey(key);
    assertOneOf('onConflict', onConflict, CONFLICT_RULES);
    const { stored, checked, ...plan } = this.planJob(entry.job, entry);
    const planned = {
      id: newEntryId(now),
      ...stored,
      runAt,
      scheduledAt: now,
      ...(key !== undefined && { key }),
      onConflict,
      ...plan,
      metadata: checkedMetadata(entry.metadata),
    };
    return { planned, checked };
  }

  /** The job and its policy alone, for recurring jobs. */
  planJob(job: Job, options: JobPolicyOptions): PlannedJob & { checked: Promise<void> | undefined } {
    const { attempts, backoff, timeout, queue, priority } = policyOfCall(options);
    const { stored, policyType, checked } = this.mapper.toStored(job);
    const ofClass = policyOf(policyType);
    return {
      stored,
      attempts: attempts ?? ofClass?.attempts ?? DEFAULT_ATTEMPTS,
      queue: queue ?? ofClass?.queue ?? DEFAULT_QUEUE,
      priority: priority ?? ofClass?.priority ?? 0,
      ...((backoff !== undefined || timeout !== undefined) && {
        policy: { ...(backoff !== undefined && { backoff }), ...(timeout !== undefined && { timeout }) },
      }),
      checked,
    };
  }
}

/** A copy, so that what is checked is what is stored. */
function policyOfCall(options: JobPolicyOptions): JobPolicyOptions {
  return readOnce('The options of the call', () => {
    const policy = copyOfPolicy(options);
    assertPolicy(policy, 'The options of the call');
    return policy;
  });
}

function policyOf(type: Type): JobPolicyOptions | undefined {
  const policy = declaredPolicy(type);
  if (policy) assertPolicy(policy, `@JobPolicy of ${type.name}`);
  return policy;
}

function assertPolicy(policy: JobPolicyOptions, owner: string): void {
  const problem = problemOfPolicy(policy);
  if (problem !== undefined) throw new InvalidScheduleError(`${owner}: ${problem}.`);
}

function assertKey(key: unknown): asserts key is string | undefined {
  if (key === undefined) return;
  if (typeof key === 'string' && key.length >= 1 && key.length <= LONGEST_KEY) {
    // What a store would cut or replace could meet another key.
    if (key.isWellFormed() && !key.includes('\0')) return;
    throw new InvalidScheduleError('A key must be well-formed text without NUL: encode what it is made of.');
  }
  const found = typeof key === 'string' ? `${key.length} characters` : typeof key;
  throw new InvalidScheduleError(
    `A key must be text of 1 to ${LONGEST_KEY} characters, but this one is ${found}.`,
  );
}

function assertOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  const choices = allowed.map((one) => `'${one}'`).join(', ');
  throw new InvalidScheduleError(`${name} must be one of ${choices}, but is ${shown(value)}.`);
}

/** Of any realm, as in Jest; and no Map, Date or the like, whose content no field shows. */
function isRecord(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** @throws {InvalidScheduleError} where it is no record of texts, or too long. */
export function checkedMetadata(metadata: unknown): Readonly<Record<string, string>> {
  if (metadata === undefined) return NO_METADATA;
  const entries = readOnce('metadata', () => (isRecord(metadata) ? Object.entries(metadata) : undefined));
  if (!entries) {
    throw new InvalidScheduleError("metadata must be a record of texts, such as { tenant: 'acme' }.");
  }
  const wrong = entries.find(([name, value]) => typeof value !== 'string' || name === '__proto__');
  if (wrong) {
    const name = printable(shortened(wrong[0]));
    throw new InvalidScheduleError(`metadata.${name} must be text: convert it, or leave it out.`);
  }
  if (lengthOfMetadata(Object.fromEntries(entries)) > LONGEST_METADATA) {
    throw new InvalidScheduleError(
      `metadata is longer than ${LONGEST_METADATA} characters: put it into the job's data.`,
    );
  }
  return entries.length === 0 ? NO_METADATA : Object.fromEntries(entries);
}

export function lengthOfMetadata(metadata: Readonly<Record<string, string>>): number {
  return Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}
