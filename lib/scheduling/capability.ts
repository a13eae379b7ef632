export const CAPABILITIES = [
  'durable',
  'delay',
  'cancel',
  'reschedule',
  'query',
  'key',
  'recurring',
  'retry',
  'priority',
  'queues',
  'rate-limit',
  'pause',
  'transaction',
  'transactional-work',
  'distributed',
] as const;

/**
 * What a scheduler can do. It is declared, so that `forRoot({ require })` can refuse to start without it and the
 * conformance kit knows which cases to run.
 *
 * @publicApi
 */
export type Capability = (typeof CAPABILITIES)[number];

/** A scheduler that has the capability, for the errors that say what is missing. */
export function schedulerWith(capability: Capability): string {
  switch (capability) {
    case 'durable':
    case 'transaction':
    case 'transactional-work':
    case 'distributed':
      return 'a durable one (pgBossScheduler(), sqliteScheduler())';
    default:
      return 'inProcessScheduler()';
  }
}
