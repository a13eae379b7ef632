import type { InjectionToken } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { Attempt } from './attempt.js';
import { JobAsyncContext } from './job-async-context.js';
import type { JobContext } from './job-context.interface.js';
import type { JobId } from './job-id.js';
import type { JobMapper, RevivedJob } from './job-mapper.js';

/** The context of one attempt. */
export class AttemptContext implements JobContext {
  private requestContext: JobAsyncContext | undefined;
  private copiedMetadata: Readonly<Record<string, string>> | undefined;

  constructor(
    private readonly attemptRun: Attempt,
    private readonly revived: RevivedJob,
    private readonly mapper: JobMapper,
    private readonly moduleRef: ModuleRef,
  ) {
    // A job may take what it needs out of its context: execute({ get, progress }).
    this.progress = this.progress.bind(this);
    this.get = this.get.bind(this);
    this.resolve = this.resolve.bind(this);
  }

  get id(): JobId {
    return this.attemptRun.entry.id;
  }
  get name(): string {
    return this.revived.definition.name;
  }
  get version(): number {
    return this.revived.definition.version;
  }
  get command(): { readonly name: string; readonly version: number } | undefined {
    return this.mapper.commandOf(this.revived.job);
  }
  get attempt(): number {
    return this.attemptRun.entry.attempt;
  }
  get attempts(): number {
    return this.attemptRun.entry.attempts;
  }
  get runAt(): Date {
    return new Date(this.attemptRun.entry.runAt);
  }
  get scheduledAt(): Date {
    return new Date(this.attemptRun.entry.scheduledAt);
  }
  get key(): string | undefined {
    return this.attemptRun.entry.key;
  }
  get queue(): string {
    return this.attemptRun.entry.queue;
  }
  get metadata(): Readonly<Record<string, string>> {
    this.copiedMetadata ??= Object.freeze({ ...this.attemptRun.entry.metadata });
    return this.copiedMetadata;
  }
  get signal(): AbortSignal {
    return this.attemptRun.signal;
  }
  get transaction(): unknown {
    return this.attemptRun.transaction;
  }

  progress(fraction: number, note?: string): void {
    const clamped = Number.isNaN(Number(fraction)) ? 0 : Math.min(1, Math.max(0, Number(fraction)));
    this.attemptRun.onProgress(clamped, note === undefined ? undefined : String(note));
  }

  get<T>(token: InjectionToken<T>): T {
    return this.moduleRef.get<T>(token, { strict: false });
  }

  async resolve<T>(token: InjectionToken<T>): Promise<T> {
    if (!this.requestContext) {
      this.requestContext = new JobAsyncContext(this);
      this.moduleRef.registerRequestByContextId(this.requestContext, this.requestContext.id);
    }
    return this.moduleRef.resolve<T>(token, this.requestContext.id, { strict: false });
  }
}
