import { toError } from '../../../jobs/thrown.js';
import { InvalidScheduleError } from '../../../scheduling/invalid-schedule.error.js';
import { UnsupportedOperationError } from '../../../scheduling/scheduling.errors.js';
import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkRejects } from '../expect.js';
import { ProbeJob } from '../probe.job.js';

/** A scheduler need not offer this: then its first call is refused by the documented error. All else is to hold. */
async function offers(firstCall: () => Promise<unknown>): Promise<boolean> {
  try {
    await firstCall();
    return true;
  } catch (error) {
    if (error instanceof UnsupportedOperationError) return false;
    throw error;
  }
}

/** What those look at and do who are on call. */
export const steeringCases: readonly CaseDefinition[] = [
  {
    promise: 1,
    title: 'lists give the newest first, and those of a span of time, page by page',
    needs: ['query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      const ids: string[] = [];
      const begin = new Date(lab.now);
      for (let i = 0; i < 7; i++) ids.push(await lab.scheduler.schedule(new ProbeJob(`${i}`), '1h'));
      await lab.elapse(20);
      const middle = new Date(lab.now);
      for (let i = 7; i < 12; i++) ids.push(await lab.scheduler.schedule(new ProbeJob(`${i}`), '1h'));
      await lab.elapse(20);

      const seen: string[] = [];
      for (let cursor: string | undefined; ;) {
        const filter = { order: 'newest-first' as const, limit: 5, ...(cursor !== undefined && { cursor }) };
        const page = await lab.scheduler.list(filter);
        seen.push(...page.entries.map(({ id }) => id));
        if (page.cursor === undefined) break;
        ({ cursor } = page);
        await lab.scheduler.schedule(new ProbeJob('meanwhile'), '1h');
      }
      checkEqual(seen, ids.toReversed(), 'the pages');

      const listed = async (filter: Parameters<typeof lab.scheduler.list>[0]) =>
        (await lab.scheduler.list({ name: 'Conformance.Probe', ...filter })).entries.map(({ id }) => id);
      checkEqual(
        await listed({ scheduledFrom: begin, scheduledBefore: middle }),
        ids.slice(0, 7),
        'those before a time',
      );
      checkEqual(
        await listed({ scheduledFrom: middle, order: 'newest-first', limit: 12 }).then((all) =>
          all.slice(-5),
        ),
        ids.slice(7).toReversed(),
        'those from a time on',
      );
      checkEqual(await listed({ scheduledBefore: new Date(0) }), [], 'those before all');
      await checkRejects(
        InvalidScheduleError,
        () => lab.scheduler.list({ order: 'upwards' as never }),
        'a wrong order',
      );
      await checkRejects(
        InvalidScheduleError,
        () => lab.scheduler.list({ scheduledFrom: new Date(Number.NaN) }),
        'an Invalid Date',
      );
    },
  },
  {
    promise: 8,
    title: 'an entry tells what each of its failed attempts threw, and when',
    needs: ['query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      let begun = 0;
      lab.probes.on('bad', () => {
        begun += 1;
        throw Object.assign(new Error(`no paper, ${begun}`), { name: 'PrinterError' });
      });
      const began = lab.now;
      const id = await lab.scheduler.scheduleNow(new ProbeJob('bad'), {
        attempts: 3,
        backoff: { type: 'fixed', delay: 20 },
      });
      await lab.until('the end', async () => (await lab.scheduler.get(id))?.state === 'failed');
      const entry = (await lab.scheduler.get(id))!;
      checkEqual(
        entry.failures!.map(({ attempt, name, message }) => [attempt, name, message]),
        [1, 2, 3].map((attempt) => [attempt, 'PrinterError', `no paper, ${attempt}`]),
        'the failures',
      );
      const times = entry.failures!.map(({ at }) => at!.getTime());
      check(times[0]! >= began - 1_000, 'the first failed before it began');
      check(
        times[1]! >= times[0]! + 20 && times[2]! >= times[1]! + 20,
        'the times are not those of the attempts',
      );
      check(
        entry.failures!.every(({ stack }) => stack?.includes('no paper')),
        'a stack is missing',
      );
      checkEqual(entry.lastError?.message, 'no paper, 3', 'the last error');
      check(!('earlier' in entry.lastError!), 'the last error holds what does not belong to it');
      checkEqual(
        (await lab.scheduler.list({ state: 'failed' })).entries[0]?.failures?.length,
        3,
        'in the list',
      );
    },
  },
  {
    promise: 9,
    title: 'a recurring job can be paused, resumed, and run at once beside its ticks',
    needs: ['recurring', 'query'],
    async prove({ open }) {
      const lab = await open();
      if (!(await offers(() => lab.scheduler.pauseRecurring('none')))) return;
      await lab.scheduler.scheduleRecurring('hourly', new ProbeJob('tick'), { every: '1h' });
      checkEqual(await lab.scheduler.triggerRecurring('none'), undefined, 'what is not there');
      const id = await lab.scheduler.triggerRecurring('hourly');
      await lab.until('its run', () => lab.probes.of('tick').length === 1);
      await lab.until('its end', async () => (await lab.scheduler.get(id!))?.state === 'succeeded');

      checkEqual(await lab.scheduler.pauseRecurring('none'), false, 'what is not there');
      checkEqual(await lab.scheduler.pauseRecurring('hourly'), true, 'the pause');
      checkEqual((await lab.scheduler.listRecurring())[0]?.paused, true, 'whether it is paused');
      // Whatever is declared anew by a deploy, the pause stays.
      await lab.scheduler.scheduleRecurring('hourly', new ProbeJob('tick'), { every: 50 });
      await lab.elapse(200);
      checkEqual(lab.probes.of('tick').length, 1, 'runs while it is paused');
      checkEqual(await lab.scheduler.resumeRecurring('hourly'), true, 'the end of the pause');
      await lab.until('a tick', () => lab.probes.of('tick').length > 1);
      checkEqual((await lab.scheduler.listRecurring())[0]?.paused, undefined, 'whether it is paused');
      await lab.scheduler.removeRecurring('hourly');
    },
  },
  {
    promise: 13,
    title: 'queues and workers can be seen, and what is overdue',
    needs: ['query', 'pause', 'queues', 'delay'],
    async prove({ open }) {
      const lab = await open({ worker: { concurrency: 3, queues: { mail: { concurrency: 2 } } } });
      if (!(await offers(() => lab.scheduler.queues()))) return;
      await lab.scheduler.schedule(new ProbeJob('late'), '1h', { queue: 'mail' });
      await lab.scheduler.schedule(new ProbeJob('late'), '1h', { queue: 'mail', priority: 5 });
      await lab.scheduler.pause('reports');
      checkEqual(
        await lab.scheduler.queues(),
        [
          { name: 'mail', scheduled: 2, paused: false },
          { name: 'reports', scheduled: 0, paused: true },
        ],
        'the queues',
      );
      const due = await lab.scheduler.scheduleNow(new ProbeJob('waits'), { queue: 'reports' });
      checkEqual(await lab.scheduler.oldestDue(), undefined, 'what is overdue, of what is not paused');
      checkEqual((await lab.scheduler.explain(due)).reason, 'paused', 'why');

      const workers = await lab.scheduler.workers();
      checkEqual(
        workers.map(({ isHere, running, concurrency, queues }) => [isHere, running, concurrency, queues]),
        [[true, 0, 3, { mail: 2 }]],
        'the workers',
      );
      check(workers[0]!.seenAt.getTime() >= workers[0]!.startedAt.getTime() - 1_000, 'seen before its start');

      // While all slots are taken: on a virtual clock nothing else happens meanwhile.
      const look = async (running: string) => {
        checkEqual((await lab.scheduler.workers())[0]?.running, 3, 'how many run');
        const explained = await lab.scheduler.explain(running);
        checkEqual(explained.reason, 'running', 'why');
        check(explained.text.includes('in this process'), 'the text does not tell where');
        checkEqual((await lab.scheduler.get(running))?.worker, workers[0]!.id, 'its worker');
        const waits = await lab.scheduler.scheduleNow(new ProbeJob('short'));
        checkEqual((await lab.scheduler.explain(waits)).reason, 'limit', 'why');
        const { runAt } = (await lab.scheduler.get(waits))!;
        checkEqual(await lab.scheduler.oldestDue(), runAt, 'what is overdue');
      };
      let found: Promise<unknown> | undefined;
      let letGo = () => {};
      const looked = new Promise<void>((resolve) => (letGo = resolve));
      lab.probes.on('long', async ({ context }) => {
        if (lab.probes.of('long').length === 3) {
          found = look(context.id).catch((error: unknown) => error);
          await found;
          letGo();
        }
        await looked;
      });
      for (let i = 0; i < 3; i++) await lab.scheduler.scheduleNow(new ProbeJob('long'));
      await lab.until(
        'what waits for a slot',
        () => lab.probes.of('short').length === 1 || found !== undefined,
      );
      const error = await found;
      if (error !== undefined) throw toError(error);
      await lab.until('what waits for a slot', () => lab.probes.of('short').length === 1);
      await lab.scheduler.resume();
      await lab.until('what was paused', () => lab.probes.of('waits').length === 1);
    },
  },
];
