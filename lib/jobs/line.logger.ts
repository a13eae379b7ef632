import { Logger } from '@nestjs/common';
import { printable } from '../serialization/printable.js';

/** Beyond this, a message says no more to whoever reads the log. */
const LONGEST = 4_000;

/**
 * Nest's logger, one line for each message: names, keys and what jobs throw come from outside, and must not forge lines.
 * A stack is indented, so that none of its lines looks like one of the log.
 */
export class LineLogger extends Logger {
  override log(message: string): void {
    super.log(line(message));
  }

  override warn(message: string): void {
    super.warn(line(message));
  }

  override debug(message: string): void {
    super.debug(line(message));
  }

  override error(message: string, stack?: string): void {
    if (stack === undefined) super.error(line(message));
    else super.error(line(message), indented(stack));
  }
}

function line(message: string): string {
  return printable(message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message);
}

function indented(stack: string): string {
  return stack
    .split('\n')
    .map((one) => (one.startsWith('    ') ? printable(one) : `    ${printable(one)}`))
    .join('\n');
}
