import type { JobScheduler, RecurringEntry } from 'nestjs-eventflow-jobs';
import type { StoredRecurring } from '../../../lib/scheduling/recurring.js';
import type { StoredEntry } from '../../../lib/scheduling/stored-entry.js';
import { until } from '../../support/until.js';
import { FlakyJob, NewerJob, NoteJob, ShipOrderCommand, SnoozingJob, startMoveApp } from './move-jobs.js';
import type { Store } from './stores.js';

/** Entries in every state in which one is pending, and recurring jobs. Nobody works there any more. */
export async function fill(store: Store) {
  FlakyJob.fails = true;
  const producer = await startMoveApp(store.scheduler());
  const { scheduler, commands } = producer;
  await scheduler.pause('held');
  const later = await scheduler.schedule(new NoteJob('later'), '1h', {
    key: 'later',
    priority: 7,
    queue: 'mail',
    attempts: 4,
    backoff: { type: 'exponential', delay: '2s', max: '1m' },
    timeout: '30s',
    metadata: { tenant: 'acme \u{1F4E6}' },
  });
  const overdue = await scheduler.scheduleNow(new NoteJob('overdue'), { queue: 'held', priority: -3 });
  const flaky = await scheduler.scheduleNow(new FlakyJob('flaky'), {
    key: 'flaky',
    attempts: 5,
    backoff: { type: 'fixed', delay: '1h' },
  });
  const snoozed = await scheduler.scheduleNow(new SnoozingJob(), { key: 'snoozed' });
  const newer = await scheduler.scheduleNow(new NewerJob('newer'), { key: 'newer' });
  const command = await commands.schedule(new ShipOrderCommand('o-1'), '2h', { key: 'ship:o-1' });
  await scheduler.scheduleNow(new NoteJob('ended'));

  const worker = await startMoveApp(store.scheduler(), { worker: true, older: true });
  const attemptOf = async (id: string) => (await scheduler.get(id))?.failures?.length;
  await until(async () => (await attemptOf(flaky)) === 1, 'a first failure');
  await scheduler.reschedule(flaky, 0);
  await until(async () => (await attemptOf(flaky)) === 2, 'a second failure');
  await until(async () => (await scheduler.get(newer))?.state === 'parked', 'the unknown one to be parked');
  await until(async () => (await scheduler.counts()).succeeded === 1, 'the end of one');
  await until(async () => {
    const entry = await scheduler.get(snoozed);
    return entry?.state === 'scheduled' && entry.runAt.getTime() > Date.now() + 60_000;
  }, 'a snooze');
  await scheduler.scheduleRecurring('often', new NoteJob('often'), { every: 20 }, { queue: 'held' });
  await until(async () => (await recurringOf(scheduler, 'often'))?.lastRunAt, 'a first tick');
  await scheduler.pauseRecurring('often');
  await worker.nest.close();

  await scheduler.scheduleRecurring('daily', new NoteJob('daily'), {
    cron: '0 3 * * *',
    timeZone: 'Europe/Rome',
  });
  // Its key is free, since the other has begun.
  const again = await scheduler.schedule(new FlakyJob('again'), '3h', { key: 'flaky' });
  await producer.nest.close();
  return { later, overdue, flaky, snoozed, newer, command, again };
}

/** All that is pending, to the last field, but for what is of one store alone: which claim it was, and of which worker. */
export async function pendingOf(
  scheduler: JobScheduler,
): Promise<{ entries: StoredEntry[]; recurring: StoredRecurring[]; reasons: string[] }> {
  await scheduler.counts();
  const { entries } = await scheduler['listEntries']({
    states: ['scheduled', 'running', 'parked'],
    order: 'oldest-first',
    limit: 10_000,
  });
  return {
    entries: entries.map((entry) => {
      const { claim: _1, worker: _2, ...kept } = entry as StoredEntry & { claim: number };
      return kept;
    }),
    recurring: (await scheduler['findRecurring']()).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    reasons: await Promise.all(
      entries
        .filter(({ state }) => state === 'parked')
        .map(async ({ id }) => (await scheduler.explain(id)).text),
    ),
  };
}

export async function recurringOf(scheduler: JobScheduler, id: string): Promise<RecurringEntry | undefined> {
  return (await scheduler.listRecurring()).find((one) => one.id === id);
}
