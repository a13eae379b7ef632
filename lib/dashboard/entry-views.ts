import { Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../jobs/line.logger.js';
import { messageOf } from '../jobs/thrown.js';
import { errorText } from '../scheduling/explanation.js';
import type { JobEntry, JobExplanation } from '../scheduling/job-entry.js';
import { DASHBOARD_OPTIONS, type JobsDashboardViewOptions } from './dashboard.options.js';
import { readableData } from './readable-data.js';

const TOLD_EVERY_MS = 60_000;
const NOT_REDACTED = { hidden: 'The hook that is to hide parts of it throws: see the log.' };
const UNREADABLE = { unreadable: 'The data cannot be read in this process.' };

/** Entries as clients see them. */
@Injectable()
export class EntryViews {
  private readonly logger = new LineLogger('JobsDashboard');
  private toldAt = -Infinity;

  constructor(@Inject(DASHBOARD_OPTIONS) private readonly options: JobsDashboardViewOptions) {}

  /** For lists: without data, metadata and stacks. */
  summary(entry: JobEntry): Record<string, unknown> {
    return summaryOf(this.redacted(entry));
  }

  /** All of it; data and metadata only where payloads are allowed. */
  detail(entry: JobEntry): Record<string, unknown> {
    const shown = this.redacted(entry);
    return {
      ...summaryOf(shown),
      ...(this.options.payloads === true && {
        data: readableData(shown.data),
        metadata: readableData(shown.metadata),
      }),
      ...(shown.lastError && { lastError: shown.lastError }),
      failures: shown.failures ?? [],
    };
  }

  /** What the hook takes out of the entry is not to stand in the sentence about it. */
  explanation(entry: JobEntry, explanation: JobExplanation): JobExplanation {
    if (!this.options.redact) return explanation;
    // Why an upgrader or a schema refused it, no hook has seen.
    if (explanation.reason === 'parked')
      return { ...explanation, text: 'It is parked; the reason may tell of its data.' };
    const [told, shown] = [errorText(entry), errorText(this.redacted(entry))];
    if (told === '') return explanation;
    const isThere = explanation.text.includes(told);
    return {
      ...explanation,
      text: isThere ? explanation.text.replace(told, () => shown) : `It is ${entry.state}.`,
    };
  }

  private redacted(entry: JobEntry): JobEntry {
    const { redact } = this.options;
    if (!redact) return entry;
    try {
      // Data that cannot be read are text as they lie in the store: no hook is made for that.
      const shown: unknown = redact(typeof entry.data === 'string' ? { ...entry, data: UNREADABLE } : entry);
      if (typeof (shown as JobEntry | undefined)?.id === 'string') return shown as JobEntry;
      throw new Error('it gave no entry back');
    } catch (error) {
      this.tellOfHook(messageOf(error));
      return outlineOf(entry);
    }
  }

  /** Now and then: it would come with every entry of every list. */
  private tellOfHook(message: string): void {
    if (performance.now() - this.toldAt < TOLD_EVERY_MS) return;
    this.toldAt = performance.now();
    this.logger.error(
      `The hook \`redact\` of the dashboard throws, so entries are shown without what they hold: ${message}`,
    );
  }
}

/** What it is, and where and when it runs. */
function outlineOf(entry: JobEntry): JobEntry {
  const { key: _key, progress: _progress, lastError: _lastError, failures: _failures, ...outline } = entry;
  return { ...outline, data: NOT_REDACTED, metadata: {} };
}

function summaryOf({
  data: _data,
  metadata: _metadata,
  failures: _failures,
  lastError,
  ...summary
}: JobEntry): Record<string, unknown> {
  return {
    ...summary,
    ...(lastError && { lastError: { name: lastError.name, message: lastError.message } }),
  };
}
