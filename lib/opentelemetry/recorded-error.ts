import { toStoredError } from '../jobs/thrown.js';
import { type Span, SpanStatusCode } from './api.js';

/** The class of what was thrown: a word out of few, as metrics need it. */
export function errorTypeOf(error: Error): string {
  const { name } = toStoredError(error);
  // Most classes of errors leave `name` as it is.
  return name === 'Error' ? nameOfClass(error) : name;
}

/** Says on a span what was thrown. Class, message and stack, and nothing else that might hang on it. */
export function recordError(span: Span, error: Error): void {
  if (!span.isRecording()) return;
  const { message, stack } = toStoredError(error);
  const type = errorTypeOf(error);
  span.recordException({ name: type, message, ...(stack !== undefined && { stack }) });
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

function nameOfClass(error: Error): string {
  try {
    return String(error.constructor.name) || 'Error';
  } catch {
    return 'Error';
  }
}
