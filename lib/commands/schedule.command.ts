import type { ICommand } from '@nestjs/cqrs';
import type { Duration } from '../scheduling/duration.js';
import type { ScheduleOptions } from '../scheduling/schedule-options.js';

/**
 * A command that schedules another. A saga returns it and stays a pure function: where scheduling fails, the saga's
 * stream lives on.
 *
 * @example
 * ```ts
 * map((e) => new ScheduleCommand(new CancelUnpaidOrderCommand(e.orderId), '30m', { key: `payment:${e.orderId}` }))
 * ```
 * @publicApi
 */
export class ScheduleCommand {
  constructor(
    readonly command: ICommand,
    readonly when: Date | Duration,
    readonly options?: ScheduleOptions,
  ) {}
}
