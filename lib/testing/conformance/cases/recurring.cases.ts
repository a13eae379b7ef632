import { InvalidScheduleError } from '../../../scheduling/invalid-schedule.error.js';
import { RecurringJob } from '../../../jobs/recurring-job.decorator.js';
import { JobVersion } from '../../../jobs/version.decorators.js';
import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkNone, checkRejects } from '../expect.js';
import { PROBE_CLASSES, ProbeCommand, ProbeJob } from '../probe.job.js';

@JobVersion('Conformance.Declared', 1)
@RecurringJob('declared', { every: 100 })
class DeclaredJob extends ProbeJob {
  constructor() {
    super('declared');
  }
}

export const recurringCases: CaseDefinition[] = [
  {
    promise: 9,
    title: 'a recurring job runs once a tick, none before its time',
    needs: ['recurring'],
    async prove({ open }) {
      const lab = await open();
      const began = lab.now;
      await lab.scheduler.scheduleRecurring('a', new ProbeJob('a', 'data'), { every: 150 });
      await lab.until('four ticks', () => lab.probes.runs.length === 4);
      lab.probes.runs.forEach(({ at, probe }, index) => {
        check(at >= began + 150 * (index + 1), `tick ${index + 1} came early`);
        checkEqual(probe.payload, 'data', 'the data');
      });
      checkEqual(await lab.scheduler.removeRecurring('a'), true, 'removeRecurring');
      const runs = lab.probes.runs.length;
      await lab.elapse(400);
      check(lab.probes.runs.length <= runs + 1, 'it goes on although it was removed');
      checkEqual(await lab.scheduler.removeRecurring('a'), false, 'removeRecurring of nothing');
    },
  },
  {
    promise: 9,
    title: 'a cron line of six fields ticks on the second; one of five is listed with its next time',
    needs: ['recurring'],
    async prove({ open }) {
      const lab = await open();
      await lab.commands.scheduleRecurring('seconds', new ProbeCommand('a'), {
        cron: '* * * * * *',
        timeZone: 'UTC',
      });
      const nightly = { cron: '0 3 * * *', timeZone: 'Europe/Rome' };
      await lab.scheduler.scheduleRecurring('nightly', new ProbeJob('b'), nightly);
      const entries = await lab.scheduler.listRecurring();
      checkEqual(entries.map(({ id }) => id).toSorted(), ['nightly', 'seconds'], 'the list');
      const entry = entries.find(({ id }) => id === 'nightly')!;
      checkEqual(entry.schedule, nightly, 'the schedule');
      const hour = new Intl.DateTimeFormat('en', {
        timeZone: 'Europe/Rome',
        hour: 'numeric',
        hourCycle: 'h23',
      });
      checkEqual(Number(hour.format(entry.nextRunAt)), 3, 'the hour in Rome');
      await lab.until('two ticks', () => lab.probes.of('a').length >= 2);
      const [first, second] = lab.probes.of('a').map(({ at }) => Math.floor(at / 1_000));
      checkEqual(second! - first!, 1, 'the seconds between two ticks');
      check(lab.probes.of('a')[0]!.at % 1_000 < 900, 'the tick is not on the second');
    },
  },
  {
    promise: 9,
    title: 'the same id with another schedule replaces; with the same, it goes on',
    needs: ['recurring'],
    async prove({ open }) {
      const lab = await open();
      await lab.scheduler.scheduleRecurring('a', new ProbeJob('old'), { every: '1h' });
      const before = (await lab.scheduler.listRecurring())[0]?.nextRunAt;
      await lab.elapse(30);
      await lab.scheduler.scheduleRecurring('a', new ProbeJob('old'), { every: '1h' });
      checkEqual((await lab.scheduler.listRecurring())[0]?.nextRunAt, before, 'the next run');
      await lab.scheduler.scheduleRecurring('a', new ProbeJob('new'), { every: 60 });
      checkEqual((await lab.scheduler.listRecurring()).length, 1, 'the number of recurring jobs');
      await lab.until('two ticks', () => lab.probes.runs.length >= 2);
      checkEqual(new Set(lab.probes.names), new Set(['new']), 'what ran');
    },
  },
  {
    promise: 9,
    title: 'ticks missed while nothing ran: once runs one late, skip none',
    needs: ['recurring'],
    async prove({ open }) {
      const lab = await open();
      // Ticks are counted from some moment of the call that sets them.
      const onceBegan = lab.now;
      await lab.scheduler.scheduleRecurring('once', new ProbeJob('once'), { every: 400, missed: 'once' });
      const skipBegan = lab.now;
      await lab.scheduler.scheduleRecurring('skip', new ProbeJob('skip'), { every: 400, missed: 'skip' });
      await lab.worker.stop();
      await pass(lab, 1_400);
      checkNone(lab.probes.names, 'it ran');
      await lab.worker.start();
      await lab.until('the late run', () => lab.probes.of('once').length > 0);
      if (lab.now < onceBegan + 1_600) {
        checkEqual(lab.probes.names, ['once'], 'what ran for the ticks that were missed');
      }
      await lab.until(
        'the next tick of both',
        () => lab.probes.of('skip').length > 0 && lab.probes.of('once').length > 1,
      );
      check(
        lab.probes.of('skip')[0]!.at >= skipBegan + 1_600,
        'a missed tick ran although it is to be skipped',
      );
    },
  },
  {
    promise: 9,
    title: 'a class with @RecurringJob needs nothing more',
    needs: ['recurring'],
    async prove({ open }) {
      const lab = await open({ jobs: [...PROBE_CLASSES, DeclaredJob] });
      checkEqual(
        (await lab.scheduler.listRecurring()).map(({ id }) => id),
        ['declared'],
        'the list',
      );
      await lab.until('two ticks', () => lab.probes.of('declared').length >= 2);
      const [first, second] = lab.probes.of('declared');
      const [due, dueNext] = [first!, second!].map(({ context }) => context.runAt.getTime());
      check(dueNext! - due! >= 100, 'two ticks came as one');
    },
  },
  {
    promise: 9,
    title: 'a declaration that is no longer there goes away; what was scheduled by a call stays',
    needs: ['recurring', 'durable'],
    async prove({ open }) {
      const first = await open({ jobs: [...PROBE_CLASSES, DeclaredJob] });
      await first.scheduler.scheduleRecurring('called', new ProbeJob('called'), { every: '1h' });
      await first.close();
      const second = await open();
      await second.until('the declaration to go', async () => {
        const ids = (await second.scheduler.listRecurring()).map(({ id }) => id);
        return ids.length === 1 && ids[0] === 'called';
      });
    },
  },
  {
    promise: 9,
    title: 'a recurring job runs once a tick in the whole cluster',
    needs: ['recurring', 'distributed'],
    async prove({ open }) {
      const labs = [await open(), await open(), await open()] as const;
      const [first] = labs;
      await Promise.all(
        labs.map((lab) => lab.scheduler.scheduleRecurring('a', new ProbeJob('a'), { every: 200 })),
      );
      const began = first.now;
      await first.elapse(2_100);
      const ticks = labs.flatMap((lab) => lab.probes.runs.map(({ context }) => context.runAt.getTime()));
      checkEqual(new Set(ticks).size, ticks.length, 'the number of ticks that ran, each counted once');
      const expected = Math.floor((first.now - began) / 200);
      check(ticks.length >= expected - 2, `${ticks.length} runs for ${expected} ticks`);
    },
  },
  {
    promise: 9,
    title: 'a process that only schedules lists what others have scheduled and removed',
    needs: ['recurring', 'distributed'],
    async prove({ open }) {
      const looking = await open({ worker: false });
      const other = await open({ worker: false });
      await other.scheduler.scheduleRecurring('a', new ProbeJob('a'), { every: '1h' });
      const ids = async () => (await looking.scheduler.listRecurring()).map(({ id }) => id);
      checkEqual(await ids(), ['a'], 'what it lists');
      await other.scheduler.removeRecurring('a');
      checkEqual(await ids(), [], 'what it lists after the removal');
    },
  },
  {
    promise: 4,
    title: 'a cron line, time zone, interval or id that makes no sense is an InvalidScheduleError',
    needs: ['recurring'],
    async prove({ open }) {
      const lab = await open();
      for (const wrong of [
        { cron: 'at night' },
        { cron: '* * * *' },
        { cron: '61 * * * *' },
        { cron: '0 0 30 2 *' },
        { cron: '0 3 * * *', timeZone: 'Mars/Olympus' },
        { every: 0 },
        { every: -5 },
        { every: 'soon' },
        { cron: '* * * * *', missed: 'twice' },
        {},
      ]) {
        await checkRejects(
          InvalidScheduleError,
          () => lab.scheduler.scheduleRecurring('a', new ProbeJob('a'), wrong as never),
          `the schedule ${JSON.stringify(wrong)}`,
        );
      }
      await checkRejects(
        InvalidScheduleError,
        () => lab.scheduler.scheduleRecurring('', new ProbeJob('a'), { every: '1h' }),
        'an empty id',
      );
      checkEqual(await lab.scheduler.listRecurring(), [], 'the list');
    },
  },
];

/** Lets time pass while no worker is there: a virtual clock cannot be moved by a scheduler that does not work. */
async function pass(lab: { now: number; elapse(milliseconds: number): Promise<void> }, milliseconds: number) {
  const end = lab.now + milliseconds;
  while (lab.now < end) await lab.elapse(end - lab.now);
}
