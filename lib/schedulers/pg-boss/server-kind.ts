import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import type { Executor } from './access.js';
import type { PgBossSchedulerOptions } from './pg-boss.options.js';

interface Unfit {
  readonly why: string;
  /** In what the server says of itself. */
  readonly sign?: RegExp;
}

/** Those of pg-boss's backends that lack what our statements are made of, or may not be shared by processes. */
const UNFIT: Readonly<Record<string, Unfit>> = {
  cockroachdb: {
    why: 'claims are made of what pg-boss does without there: SKIP LOCKED, LISTEN and NOTIFY, and a table of our own',
    sign: /CockroachDB/,
  },
  yugabytedb: { why: 'pg-boss itself does not support it', sign: /-YB-/ },
  pglite: { why: 'it is for one process alone' },
};

/** @throws {EventFlowJobsError} before anything is connected, where the options say that it is no PostgreSQL. */
export function assertUsableBackend(options: PgBossSchedulerOptions): void {
  const { backend } = options as { backend?: string };
  if (backend !== undefined && Object.hasOwn(UNFIT, backend)) throw unfit(backend);
}

/** @throws {EventFlowJobsError} where the server is another than it seems to be by its protocol. */
export async function assertPostgres(access: Executor): Promise<void> {
  const { rows } = await access.executeSql('SELECT version() AS version');
  const { version } = (rows as { version: string }[])[0]!;
  const backend = Object.keys(UNFIT).find((name) => UNFIT[name]!.sign?.test(version));
  if (backend) throw unfit(backend);
}

function unfit(backend: string): EventFlowJobsError {
  return new EventFlowJobsError(
    `pgBossScheduler() cannot run on ${backend}: ${UNFIT[backend]!.why}. Give it a PostgreSQL (13 or later) or the ` +
      'coordinator of a Citus; for jobs on one machine without a server there is sqliteScheduler().',
  );
}
