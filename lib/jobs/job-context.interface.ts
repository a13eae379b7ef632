import type { InjectionToken } from '@nestjs/common';
import type { JobId } from './job-id.js';

/**
 * What an attempt knows about itself, and its way to the app's providers.
 *
 * @publicApi
 */
export interface JobContext {
  readonly id: JobId;
  /** The name of the definition under which the entry runs: the newest one that it could reach. */
  readonly name: string;
  /** The version of the definition under which the entry runs. */
  readonly version: number;
  /** For a `PublishCommand` entry: the command that it gives to the bus, under the newest definition it could reach. */
  readonly command?: { readonly name: string; readonly version: number };
  /** From 1. */
  readonly attempt: number;
  /** The most attempts there will be. */
  readonly attempts: number;
  /** When this attempt was due. */
  readonly runAt: Date;
  readonly scheduledAt: Date;
  readonly key?: string;
  readonly queue: string;
  /** What interceptors and the caller put in when the entry was scheduled. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Aborts on timeout, on cancellation, and at the end of the drain. `signal.reason` says which: a
   * {@link JobTimeoutError}, a {@link JobCancelledError} or a {@link WorkerStoppedError}.
   */
  readonly signal: AbortSignal;
  /** The store's open transaction, where the scheduler runs attempts in one. */
  readonly transaction?: unknown;
  /**
   * Shown on the entry while it runs.
   *
   * @param fraction from 0 to 1; anything else is clamped.
   */
  progress(fraction: number, note?: string): void;
  /** A provider of the app, wherever it lives. For request-scoped ones, {@link JobContext.resolve}. */
  get<T>(token: InjectionToken<T>): T;
  /** A provider of the app, request-scoped and transient ones included; they see this attempt as their request. */
  resolve<T>(token: InjectionToken<T>): Promise<T>;
}
