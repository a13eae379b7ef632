import { type Duration, toMilliseconds } from '../scheduling/duration.js';

/**
 * What `OpenTelemetryJobInterceptor.configure()` takes. Nothing is required.
 *
 * @publicApi
 */
export interface OpenTelemetryJobOptions {
  /**
   * How the span of an attempt belongs to the span that scheduled its entry. `link`: it begins a trace of its own, and
   * links to it, so that a run a week later does not extend last week's trace. `child`: it goes on in that trace, and
   * links to it as well. The entries of a recurring job are nobody's children, and a scheduler that runs entries at
   * once, in the caller, makes them children always.
   * @default 'link'
   */
  attempts?: 'link' | 'child';
  /**
   * What stands in the names of spans behind the operation. `queue`: the queue, as the messaging conventions have it,
   * `process mail`. `job`: the command, or the job, `process SendEmail`.
   * @default 'queue'
   */
  spanNames?: 'queue' | 'job';
  /** Whether spans tell the entry's key. It may hold personal data, an order's number or a customer's. @default false */
  keys?: boolean;
  /** The least time between two counts of the store for the gauge of entries. `false`: no gauge. @default '15s' */
  countEvery?: Duration | false;
}

/** The options with their defaults. */
export interface OpenTelemetryJobSettings {
  readonly asChildren: boolean;
  readonly namedByJob: boolean;
  readonly keys: boolean;
  /** In ms. */
  readonly countEvery: number | undefined;
}

/** @throws {InvalidScheduleError} for a `countEvery` that is no duration. */
export function toSettings({
  attempts = 'link',
  spanNames = 'queue',
  keys = false,
  countEvery = '15s',
}: OpenTelemetryJobOptions): OpenTelemetryJobSettings {
  return {
    asChildren: attempts === 'child',
    namedByJob: spanNames === 'job',
    keys,
    countEvery: countEvery === false ? undefined : toMilliseconds(countEvery),
  };
}
