import type { Duration } from 'nestjs-eventflow-jobs';
import { z } from 'zod';

const DELAY = /^\d{1,6}(\.\d+)? ?(ms|s|m|h|d|seconds?|minutes?|hours?|days?)$/;

/** A delay as clients and the environment give it. */
export const delay = z.custom<Duration>(
  (text) => typeof text === 'string' && DELAY.test(text),
  "Invalid delay: expected text such as '10s', '5 minutes' or '2 days'",
);
