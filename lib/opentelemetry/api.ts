// The one place that imports it: an optional peer. The import is static, since every schedule and every attempt asks
// the API, which answers at once. Where it is missing, whoever imports this entry is told so by Node itself, before
// anything runs: "Cannot find package '@opentelemetry/api' imported from ...".
export {
  type Attributes,
  type Context,
  type Meter,
  type ObservableResult,
  type Span,
  SpanKind,
  SpanStatusCode,
  context,
  createNoopMeter,
  diag,
  metrics,
  propagation,
  trace,
} from '@opentelemetry/api';
