import type { Attributes } from './api.js';

/** The name under which spans and metrics come. */
export const SCOPE = 'nestjs-eventflow-jobs';

const SYSTEM = 'eventflow_jobs';

/** The words of the messaging conventions for what is done to an entry. */
export const OPERATIONS = {
  schedule: { name: 'schedule', type: 'send' },
  process: { name: 'process', type: 'process' },
} as const;
export type Operation = keyof typeof OPERATIONS;

/** What a span or an event is about. */
export interface Subject {
  readonly name: string;
  readonly command?: { readonly name: string };
  readonly queue: string;
}

/** Of spans and of metrics alike: few values each. */
export function attributesOf(operation: Operation, { name, command, queue }: Subject): Attributes {
  return {
    ...systemAttributes(),
    'messaging.operation.name': OPERATIONS[operation].name,
    'messaging.operation.type': OPERATIONS[operation].type,
    'messaging.destination.name': queue,
    'eventflow.job.name': name,
    ...(command && { 'eventflow.command.name': command.name }),
  };
}

/** `messaging.system` became `messaging.system.name` in the conventions; what reads them knows one or the other. */
export function systemAttributes(): Attributes {
  return { 'messaging.system.name': SYSTEM, 'messaging.system': SYSTEM };
}
