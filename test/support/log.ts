import { Logger } from '@nestjs/common';
import { onTestFinished, vi } from 'vitest';

const OURS = new Set([
  'BullMqScheduler',
  'EventFlowJobs',
  'InProcessScheduler',
  'JobRunner',
  'JobWorker',
  'PgBossScheduler',
  'SqliteScheduler',
  'JobsDashboard',
]);

/** What the library tells the log from now on, until the test ends: `warn: ...`. */
export function recordLog(): string[] {
  const lines: string[] = [];
  for (const level of ['log', 'warn', 'error'] as const) {
    const spy = vi.spyOn(Logger.prototype, level).mockImplementation(function (this: Logger, message) {
      if (OURS.has((this as unknown as { context: string }).context)) lines.push(`${level}: ${message}`);
    });
    onTestFinished(() => spy.mockRestore());
  }
  return lines;
}
