import { ConsoleLogger, Logger } from '@nestjs/common';
import { type LogLevel } from '@nestjs/common';
import { vi } from 'vitest';

const LEVELS: LogLevel[] = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'];

export interface Output {
  /** All that has been written since: to the log at any level, to stdout, to stderr. */
  text(): string;
  release(): void;
}

/** What Nest's own logger makes of what it is told, as a terminal or a file would get it. */
export function captureOutput(): Output {
  const written: string[] = [];
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    }),
  );
  Logger.overrideLogger(new ConsoleLogger({ colors: false, logLevels: LEVELS }));
  // Apps of tests are started without a logger.
  spies.push(vi.spyOn(Logger, 'overrideLogger').mockImplementation(() => {}) as never);
  return {
    text: () => written.join(''),
    release() {
      for (const spy of spies) spy.mockRestore();
      Logger.overrideLogger(false);
    },
  };
}
