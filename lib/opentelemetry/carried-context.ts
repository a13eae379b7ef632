import { LONGEST_METADATA, lengthOfMetadata } from '../scheduling/entry-planner.js';
import { type Context, context, propagation, trace } from './api.js';

/**
 * Puts a context into an entry's metadata, in the words of the app's propagator. What stands there already, because the
 * caller brought a context of his own, stays; what has no room is left out, since telemetry must not refuse an entry.
 */
export function carry(metadata: Record<string, string>, within: Context): void {
  const carrier: Record<string, string> = {};
  propagation.inject(within, carrier);
  const fields = Object.entries(carrier).filter(([field]) => !Object.hasOwn(metadata, field));
  if (fields.length === 0) return;
  let room = LONGEST_METADATA - lengthOfMetadata(metadata);
  for (const [field, value] of fields) {
    room -= field.length + value.length;
    if (room < 0) return;
    metadata[field] = value;
  }
}

/** The context that metadata carry, in place of the span and the baggage of whoever woke the worker. */
export function carriedBy(metadata: Readonly<Record<string, string>>): Context {
  const own = propagation.deleteBaggage(trace.deleteSpan(context.active()));
  return propagation.extract(own, metadata);
}
