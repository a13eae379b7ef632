import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EventFlowJobsError } from '../eventflow-jobs.error.js';
import { messageOf } from '../jobs/thrown.js';
import type { CliCommand } from './command.js';
import { moveEntries } from './move/entries-mover.js';
import { type OpenScheduler, openScheduler } from './move/open-scheduler.js';
import { moveRecurring } from './move/recurring-mover.js';
import { type MoveReport, isComplete, linesOf } from './move/report.js';
import { assertNobodyWorks, workersOf } from './move/source-workers.js';
import { type StoreAddress, assertDifferent, storeAddress, withoutSecrets } from './move/store-address.js';

const USAGE = `npx nestjs-eventflow-jobs move --from SOURCE --to TARGET [--force] [--json FILE]

Copies what is pending, and the recurring jobs, from one durable scheduler to another: ids, times, keys, attempts and
failures stay as they are. It only reads the source, and leaves alone what the target has: interrupted, it is run again.

  SOURCE, TARGET   sqlite:./data/jobs.db
                   postgres://user:password@host/database, with ?schema=NAME if it is not pgboss
                   redis://user:password@host/0, with ?prefix=NAME if it is not {eventflow-jobs}; rediss:// too
                   or a JavaScript file whose default export is a scheduler: what sqliteScheduler() and its like return
  --force          although a worker lives on the source: what it runs meanwhile may run on the target too
  --json FILE      writes the outcome to this file too

Exit code 0: all of it is on the target. 1: some of it was left behind, or somebody works on the source. 2: it could
not be moved: run it again.`;

export const moveCommand: CliCommand = {
  name: 'move',
  summary: 'copies what is pending from one scheduler to another',
  usage: USAGE,
  async run(args, out) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        force: { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    });
    if (values.from === undefined || values.to === undefined) {
      out(USAGE);
      return 2;
    }
    const from = storeAddress(values.from);
    const to = storeAddress(values.to);
    assertDifferent(from, to);
    const report = await between(from, to, (source, target) => move(source, target, values.force));
    const told = { from: from.label, to: to.label, ...report };
    for (const line of linesOf(told)) out(line);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(told, null, 2)}\n`);
    return isComplete(report) ? 0 : 1;
  },
};

async function move(
  { scheduler: source }: OpenScheduler,
  { scheduler: target }: OpenScheduler,
  force: boolean,
): Promise<MoveReport> {
  const working = await workersOf(source);
  if (!force) assertNobodyWorks(working);
  const entries = await moveEntries(source, target, working);
  const recurring = await moveRecurring(source, target);
  const queues = await source.queues();
  return {
    entries,
    recurring,
    pausedQueues: queues.filter(({ paused }) => paused).map(({ name }) => name),
    workers: (await workersOf(source)).map(({ id, host, pid }) => ({ id, host, pid })),
  };
}

async function between<T>(
  from: StoreAddress,
  to: StoreAddress,
  run: (source: OpenScheduler, target: OpenScheduler) => Promise<T>,
): Promise<T> {
  const source = await openScheduler(from, 'source');
  try {
    const target = await openScheduler(to, 'target');
    try {
      return await run(source, target);
    } catch (cause) {
      throw new EventFlowJobsError(withoutSecrets(messageOf(cause), from, to), { cause });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
