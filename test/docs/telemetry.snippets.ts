// The code blocks of docs/telemetry.md: each region stands there word for word, and telemetry.spec.ts runs it.
import { Injectable, Module } from '@nestjs/common';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import { trace } from '@opentelemetry/api';
import { EventFlowJobsModule, type JobContext, type JobInterceptor } from 'nestjs-eventflow-jobs';
import { OpenTelemetryJobInterceptor } from 'nestjs-eventflow-jobs/opentelemetry';

export class SendReminderCommand {
  constructor(readonly customerId: string) {}
}

@CommandHandler(SendReminderCommand)
export class SendReminderHandler {
  async execute() {}
}

// #region own-attributes
@Injectable()
export class TenantAttribute implements JobInterceptor {
  async execute(context: JobContext, next: () => Promise<void>) {
    trace.getActiveSpan()?.setAttribute('app.tenant', context.metadata['tenant'] ?? 'none');
    await next();
  }
}
// #endregion

@Module({
  imports: [
    CqrsModule.forRoot(),
    // #region module
    EventFlowJobsModule.forRoot({
      interceptors: [OpenTelemetryJobInterceptor], // first: what stands around it is not in its spans
    }),
    // #endregion
  ],
  providers: [SendReminderHandler],
})
export class AppModule {}

@Module({
  imports: [
    CqrsModule.forRoot(),
    // #region options
    EventFlowJobsModule.forRoot({
      interceptors: [
        OpenTelemetryJobInterceptor.configure({ spanNames: 'job', keys: true, countEvery: '1m' }),
        TenantAttribute,
      ],
    }),
    // #endregion
  ],
  providers: [SendReminderHandler],
})
export class ConfiguredModule {}
