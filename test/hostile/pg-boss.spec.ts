import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { createDatabase } from '../support/postgres.js';
import { hostileInput } from './hostile-input.js';

hostileInput({
  name: 'pgBossScheduler()',
  runs: 20,
  scheduler: async () => pgBossScheduler({ connectionString: await createDatabase() }),
  // jsonb takes neither.
  kept: (text) => text.toWellFormed().replaceAll('\0', '\ufffd'),
});
