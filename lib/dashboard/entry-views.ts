import { Inject, Injectable } from '@nestjs/common';
import type { JobEntry } from '../scheduling/job-entry.js';
import { DASHBOARD_OPTIONS, type JobsDashboardViewOptions } from './dashboard.options.js';
import { readableData } from './readable-data.js';

/** Entries as clients see them. */
@Injectable()
export class EntryViews {
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

  private redacted(entry: JobEntry): JobEntry {
    return this.options.redact ? this.options.redact(entry) : entry;
  }
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
