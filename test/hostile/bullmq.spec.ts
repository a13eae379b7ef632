import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { createPrefix } from '../support/redis.js';
import { hostileInput } from './hostile-input.js';

hostileInput({
  name: 'bullMqScheduler()',
  runs: 30,
  scheduler: async () => bullMqScheduler(await createPrefix()),
  // Redis takes bytes: half a character is none.
  kept: (text) => text.toWellFormed(),
});
