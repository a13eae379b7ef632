import { type TextMapPropagator, type TracerProvider, propagation, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider as SdkTracerProvider,
} from '@opentelemetry/sdk-trace';
import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  EventFlowJobsModule,
  type Job,
  type JobContext,
  JobScheduler,
  JobTimeoutError,
} from 'nestjs-eventflow-jobs';
import { OpenTelemetryJobInterceptor } from 'nestjs-eventflow-jobs/opentelemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startVirtual } from '../support/virtual.js';
import { registerMetrics, registerTracing, unregisterTelemetry } from './support/telemetry.js';

const runs: string[] = [];
beforeEach(() => {
  runs.length = 0;
});
afterEach(unregisterTelemetry);

class NoteJob implements Job {
  execute({ metadata }: JobContext) {
    runs.push(Object.keys(metadata).join());
  }
}

class EndlessJob implements Job {
  execute({ signal }: JobContext) {
    return new Promise<void>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
}

const start = () =>
  startVirtual({ jobs: [NoteJob, EndlessJob], interceptors: [OpenTelemetryJobInterceptor] });

async function runOne() {
  const { scheduler, events } = await start();
  const errors: unknown[] = [];
  events.ofType('failed', 'retrying').subscribe(({ error }) => errors.push(error));
  await scheduler.scheduleNow(new NoteJob());
  await scheduler.runDue();
  return { scheduler, errors };
}

describe('The interceptor harms nothing', () => {
  it('where no SDK is registered: entries carry nothing more', async () => {
    const { scheduler, errors } = await runOne();
    expect(runs).toEqual(['']);
    await scheduler.scheduleNow(new EndlessJob(), { timeout: '1m', attempts: 1 });
    await scheduler.advanceBy('1m');
    expect(errors).toEqual([expect.any(JobTimeoutError)]);
  });

  it('where nothing is sampled: entries carry a context that says so', async () => {
    registerTracing();
    const exporter = new InMemorySpanExporter();
    trace.disable();
    trace.setGlobalTracerProvider(
      new SdkTracerProvider({
        sampler: new AlwaysOffSampler(),
        spanProcessors: [new SimpleSpanProcessor({ exporter })],
      }),
    );
    const { scheduler, errors } = await runOne();
    expect(runs).toEqual(['traceparent']);
    const { entries } = await scheduler.list();
    expect(entries[0]!.metadata['traceparent']).toMatch(/^00-.*-00$/);
    expect(errors).toEqual([]);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('where the tracer throws', async () => {
    const broken = { getTracer: () => ({ startSpan: () => fail() }) } as unknown as TracerProvider;
    trace.setGlobalTracerProvider(broken);
    const { errors } = await runOne();
    expect(runs).toEqual(['']);
    expect(errors).toEqual([]);
  });

  it('where the propagator throws', async () => {
    registerTracing();
    propagation.disable();
    propagation.setGlobalPropagator({ inject: fail, extract: fail, fields: () => [] } as TextMapPropagator);
    const { errors } = await runOne();
    expect(runs).toEqual(['']);
    expect(errors).toEqual([]);
  });

  it("where a test's double stands for the scheduler", async () => {
    registerMetrics();
    const module = await Test.createTestingModule({
      imports: [CqrsModule.forRoot(), EventFlowJobsModule.forRoot()],
      providers: [OpenTelemetryJobInterceptor],
    })
      .overrideProvider(JobScheduler)
      .useValue({})
      .compile();
    expect(module.get(OpenTelemetryJobInterceptor)).toBeDefined();
    await module.close();
  });

  it('where a span or a counter throws', async () => {
    registerMetrics();
    const span = {
      spanContext: () => ({ traceId: '', spanId: '', traceFlags: 0 }),
      isRecording: () => true,
      setAttributes: () => {},
      setAttribute: fail,
      end: fail,
    };
    trace.setGlobalTracerProvider({
      getTracer: () => ({ startSpan: () => span }),
    } as unknown as TracerProvider);
    const { errors } = await runOne();
    expect(runs).toEqual(['']);
    expect(errors).toEqual([]);
  });
});

function fail(): never {
  throw new Error('telemetry is broken');
}
