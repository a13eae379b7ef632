import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, type MiddlewareConsumer, Module, type NestModule, Param, Post } from '@nestjs/common';
import { CommandHandler } from '@nestjs/cqrs';
import { SpanKind, context, propagation, trace } from '@opentelemetry/api';
import {
  CommandScheduler,
  type Duration,
  type EventFlowJobsModuleOptions,
  inProcessScheduler,
  instantScheduler,
} from 'nestjs-eventflow-jobs';
import { OpenTelemetryJobInterceptor } from 'nestjs-eventflow-jobs/opentelemetry';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import {
  forgetSpans,
  idOf,
  linksOf,
  parentOf,
  registerTracing,
  spanNamed,
  traceOf,
} from './support/telemetry.js';

registerTracing();
beforeEach(forgetSpans);
const tracer = trace.getTracer('the app');

class SendReminderCommand {
  constructor(readonly customerId: string) {}
}

@CommandHandler(SendReminderCommand)
class SendReminderHandler {
  async execute() {
    await tracer.startActiveSpan('render the mail', async (span) => {
      await Promise.resolve();
      span.setAttribute('tenant', propagation.getActiveBaggage()?.getEntry('tenant')?.value ?? 'none');
      span.end();
    });
  }
}

let delay: Duration = 0;

@Controller('customers')
class CustomersController {
  constructor(private readonly commands: CommandScheduler) {}

  @Post(':id/reminder')
  remind(@Param('id') id: string) {
    return this.commands.schedule(new SendReminderCommand(id), delay, { queue: 'mail' });
  }
}

/** What an HTTP instrumentation does. */
function serverSpan(request: IncomingMessage, response: ServerResponse, next: () => void) {
  const caller = propagation.extract(context.active(), request.headers);
  const span = tracer.startSpan('POST /customers/:id/reminder', { kind: SpanKind.SERVER }, caller);
  response.on('finish', () => span.end());
  context.with(trace.setSpan(caller, span), next);
}

@Module({ controllers: [CustomersController], providers: [SendReminderHandler] })
class CustomersModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(serverSpan).forRoutes(CustomersController);
  }
}

async function requestReminder(options: EventFlowJobsModuleOptions) {
  const app = await startApp(
    { interceptors: [OpenTelemetryJobInterceptor], ...options },
    { imports: [CustomersModule] },
  );
  const server = app.nest.getHttpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await tracer.startActiveSpan('the click', { kind: SpanKind.CLIENT }, async (span) => {
    const headers = { baggage: 'tenant=acme' };
    propagation.inject(context.active(), headers);
    const response = await fetch(`http://127.0.0.1:${port}/customers/42/reminder`, {
      method: 'POST',
      headers: { ...headers, baggage: 'tenant=acme' },
    });
    expect(response.status).toBe(201);
    span.end();
  });
  return app;
}

const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('From an HTTP request through a scheduled command to its handler', () => {
  it.each<[string, Duration, EventFlowJobsModuleOptions]>([
    ['in process', 20, { scheduler: inProcessScheduler() }],
    ['in a file', 20, { scheduler: sqliteScheduler({ file: join(folder, 'jobs.db') }) }],
    ['on a virtual clock', '7 days', { scheduler: TestJobScheduler }],
  ])(
    'it is one linked story %s: the attempt begins a trace, linked to the request',
    async (_, when, options) => {
      delay = when;
      const { scheduler } = await requestReminder(options);
      if (scheduler instanceof TestJobScheduler) await scheduler.advanceBy(when);

      const click = await spanNamed('the click');
      const server = await spanNamed('POST /customers/:id/reminder');
      const scheduled = await spanNamed('schedule mail');
      const attempt = await spanNamed('process mail');
      const mail = await spanNamed('render the mail');
      expect([click, server, scheduled].map(traceOf)).toEqual(Array(3).fill(traceOf(click)));
      expect([server, scheduled].map(parentOf)).toEqual([click, server].map(idOf));

      expect(traceOf(attempt)).not.toBe(traceOf(click));
      expect(parentOf(attempt)).toBeUndefined();
      expect(linksOf(attempt)).toEqual([idOf(scheduled)]);
      expect(attempt.links[0]!.context.traceId).toBe(traceOf(click));

      expect(traceOf(mail)).toBe(traceOf(attempt));
      expect(parentOf(mail)).toBe(idOf(attempt));
      expect(mail.attributes).toEqual({ tenant: 'acme' });
    },
  );

  it('it is one trace where the command runs at once, in the request', async () => {
    delay = 0;
    await requestReminder({ scheduler: instantScheduler() });

    const server = await spanNamed('POST /customers/:id/reminder');
    const scheduled = await spanNamed('schedule mail');
    const attempt = await spanNamed('process mail');
    const mail = await spanNamed('render the mail');
    expect([scheduled, attempt, mail].map(traceOf)).toEqual(Array(3).fill(traceOf(server)));
    expect([scheduled, attempt, mail].map(parentOf)).toEqual([server, scheduled, attempt].map(idOf));
    expect(linksOf(attempt)).toEqual([idOf(scheduled)]);
    expect(mail.attributes).toEqual({ tenant: 'acme' });
  });
});
