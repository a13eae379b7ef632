import type { Capability } from 'nestjs-eventflow-jobs';

/** What every scheduler on the local engine can do. */
export const LOCAL: Capability[] = [
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
];
