import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import type { StoredJob } from '../../jobs/stored-job.js';
import { messageOf } from '../../jobs/thrown.js';
import { UnrunnableJobError } from '../../jobs/unrunnable-job.error.js';
import type { Definition } from '../../jobs/definition.js';
import type { JobState } from '../../scheduling/job-entry.js';
import type { StoredEntry } from '../../scheduling/stored-entry.js';
import type { BuiltApp } from '../app.js';

/** Entries read at once. */
const PAGE = 1_000;
/** Of each reason so many ids are told. */
const MOST_EXAMPLES = 5;
const PENDING: readonly JobState[] = ['scheduled', 'running', 'parked'];

/** What became of the entries of one name and version. */
export interface Finding {
  /** As stored: of the job, or of the command in it. */
  readonly name: string;
  readonly version: number;
  readonly isCommand: boolean;
  pending: number;
  /** The version that they run as, where they do. */
  runsAs?: number;
  unknown: number;
  refused: number;
  /** Why some do not run, and which. */
  readonly reasons: { text: string; count: number; examples: string[] }[];
}

export interface Diagnosis {
  readonly scheduler: string;
  readonly findings: readonly Finding[];
  readonly totals: { readonly pending: number; readonly recurring: number; unknown: number; refused: number };
}

/** Reads all that is pending, and makes each job of it as a worker of this build would, without running it. */
export async function examine({ scheduler, core, commands }: BuiltApp): Promise<Diagnosis> {
  const findings = new Map<string, Finding>();
  const totals = { pending: 0, recurring: 0, unknown: 0, refused: 0 };
  const look = async (stored: StoredJob, id: string) => {
    const finding = findingOf(findings, stored);
    finding.pending += 1;
    try {
      if (!core.knows(stored)) throw unknown(stored);
      const { job, definition } = await core.mapper.fromStored(stored);
      const command = (job as { command?: object }).command;
      const runs =
        stored.command && command ? commands.of(command.constructor as Definition['type']) : definition;
      finding.runsAs = Math.max(finding.runsAs ?? 0, runs.version);
    } catch (error) {
      const kind = error instanceof UnrunnableJobError && error.reason === 'unknown' ? 'unknown' : 'refused';
      finding[kind] += 1;
      totals[kind] += 1;
      remember(finding, messageOf(error), id);
    }
  };
  if (!scheduler.capabilities.has('durable')) {
    throw new EventFlowJobsError(
      `${scheduler.constructor.name} keeps nothing that outlives its process, so there is no store to look at: is the app ` +
        'set up here as it is in production?',
    );
  }
  for await (const entry of pendingEntries(scheduler)) {
    totals.pending += 1;
    await look(entry, entry.id);
  }
  for (const { id, stored } of await scheduler['findRecurring']()) {
    totals.recurring += 1;
    await look(stored, `recurring '${id}'`);
  }
  return { scheduler: scheduler.constructor.name, findings: sorted(findings), totals };
}

async function* pendingEntries(scheduler: BuiltApp['scheduler']): AsyncGenerator<StoredEntry> {
  await scheduler['opened']();
  let cursor: string | undefined;
  do {
    const query = { states: PENDING, order: 'oldest-first' as const, limit: PAGE };
    const page = await scheduler['listEntries']({ ...query, ...(cursor !== undefined && { cursor }) });
    yield* page.entries;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

function findingOf(findings: Map<string, Finding>, stored: StoredJob): Finding {
  const { name, version } = stored.command ?? stored;
  const key = JSON.stringify([stored.command !== undefined, name, version]);
  let finding = findings.get(key);
  if (!finding) {
    finding = {
      name,
      version,
      isCommand: stored.command !== undefined,
      pending: 0,
      unknown: 0,
      refused: 0,
      reasons: [],
    };
    findings.set(key, finding);
  }
  return finding;
}

function remember({ reasons }: Finding, text: string, id: string): void {
  let reason = reasons.find((one) => one.text === text);
  if (!reason) reasons.push((reason = { text, count: 0, examples: [] }));
  reason.count += 1;
  if (reason.examples.length < MOST_EXAMPLES) reason.examples.push(id);
}

function unknown(stored: StoredJob): UnrunnableJobError {
  const { name, version } = stored.command ?? stored;
  const what = stored.command ? 'No command class with a handler' : 'No job class';
  return new UnrunnableJobError(
    'unknown',
    `${what} of this build stands for '${name}' version ${version}, nor does an upgrader lead on from it.`,
  );
}

function sorted(findings: ReadonlyMap<string, Finding>): Finding[] {
  const key = ({ name, version }: Finding) => `${name} ${String(version).padStart(9, '0')}`;
  return [...findings.values()].toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
