import { type Attributes, context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { type DataPoint, type Histogram, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { until } from '../../support/until.js';

const exporter = new InMemorySpanExporter();

/** Registers the SDK as an app does before it starts. Spans end up in memory. */
export function registerTracing(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
}

export function unregisterTelemetry(): void {
  for (const api of [context, propagation, trace, metrics]) api.disable();
}

export const forgetSpans = () => exporter.reset();
export const endedSpans = (): ReadableSpan[] => exporter.getFinishedSpans();
export const spansNamed = (name: string) => endedSpans().filter((span) => span.name === name);

/** The span of this name, once it has ended: the only one of it. */
export async function spanNamed(name: string): Promise<ReadableSpan> {
  await until(() => spansNamed(name).length, `a span '${name}'`);
  const [span, ...more] = spansNamed(name);
  if (more.length > 0) throw new Error(`There are ${more.length + 1} spans '${name}'.`);
  return span!;
}

export const idOf = (span: ReadableSpan) => span.spanContext().spanId;
export const traceOf = (span: ReadableSpan) => span.spanContext().traceId;
export const parentOf = (span: ReadableSpan) => span.parentSpanContext?.spanId;
/** The spans it links to. */
export const linksOf = (span: ReadableSpan) => span.links.map((link) => link.context.spanId);

/** Collects when the test says so. */
class OwnReader extends MetricReader {
  protected async onShutdown(): Promise<void> {}
  protected async onForceFlush(): Promise<void> {}
}

/** Registers metrics of the test's own, for the app that is started next. */
export function registerMetrics(): Metrics {
  const reader = new OwnReader();
  metrics.disable();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  return new Metrics(reader);
}

export class Metrics {
  constructor(private readonly reader: MetricReader) {}

  async all() {
    const { resourceMetrics, errors } = await this.reader.collect();
    if (errors.length > 0) throw errors[0];
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  }

  async describe(name: string) {
    return (await this.all()).find(({ descriptor }) => descriptor.name === name)?.descriptor;
  }

  /** The points of a metric that have these attributes. */
  async points(name: string, attributes: Attributes = {}): Promise<DataPoint<number | Histogram>[]> {
    const metric = (await this.all()).find(({ descriptor }) => descriptor.name === name);
    return ((metric?.dataPoints ?? []) as DataPoint<number | Histogram>[]).filter((point) =>
      Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
    );
  }

  /** Their sum. */
  async sum(name: string, attributes?: Attributes): Promise<number> {
    return (await this.points(name, attributes)).reduce((sum, { value }) => sum + (value as number), 0);
  }

  /** How much was measured, and what that came to. */
  async measured(name: string, attributes?: Attributes): Promise<{ count: number; sum: number }> {
    const points = (await this.points(name, attributes)) as DataPoint<Histogram>[];
    return points.reduce(
      (all, { value }) => ({ count: all.count + value.count, sum: all.sum + (value.sum ?? 0) }),
      { count: 0, sum: 0 },
    );
  }
}
