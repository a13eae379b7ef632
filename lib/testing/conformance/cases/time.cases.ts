import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkNone } from '../expect.js';
import { ProbeCommand, ProbeJob } from '../probe.job.js';

/** Delays that a real clock can wait for. */
const SOON = 300;
const BEFORE = 200;
/** A delay this late is no longer milliseconds, however slow the machine. */
const LATE = 2_000;
const TEN_YEARS = 3_653 * 86_400_000;

export const timeCases: CaseDefinition[] = [
  {
    promise: 2,
    title: 'a delayed job runs not before its time, and soon after',
    needs: ['delay'],
    async prove({ open }) {
      const lab = await open();
      const began = lab.now;
      await lab.scheduler.schedule(new ProbeJob('a'), SOON);
      await lab.elapse(BEFORE);
      checkNone(lab.probes.names, 'it ran');
      await lab.until('the job', () => lab.probes.runs.length > 0);
      const lateness = lab.probes.runs[0]!.at - (began + SOON);
      check(lateness >= 0, `it ran ${-lateness} ms early`);
      check(lateness < LATE, `it ran ${lateness} ms late`);
    },
  },
  {
    promise: 2,
    title: 'a delayed command runs not before its time, and soon after',
    needs: ['delay'],
    async prove({ open }) {
      const lab = await open();
      const due = lab.now + SOON;
      await lab.commands.schedule(new ProbeCommand('a'), new Date(due));
      await lab.elapse(BEFORE);
      checkNone(lab.probes.names, 'it ran');
      await lab.until('the command', () => lab.probes.runs.length > 0);
      const lateness = lab.probes.runs[0]!.at - due;
      check(lateness >= 0, `it ran ${-lateness} ms early`);
      check(lateness < LATE, `it ran ${lateness} ms late`);
    },
  },
  {
    promise: 2,
    title: 'what is due starts within milliseconds, and not at the next round of a poll',
    needs: ['delay'],
    async prove({ open }) {
      const lab = await open();
      const began = lab.now;
      for (let i = 0; i < 10; i++)
        await lab.scheduler.schedule(new ProbeJob('a'), new Date(began + 100 + i * 73));
      await lab.until('all ten', () => lab.probes.runs.length === 10);
      const lateness = lab.probes.runs
        .map(({ at }, i) => at - (began + 100 + i * 73))
        .toSorted((a, b) => a - b);
      check(lateness[0]! >= 0, `one ran ${-lateness[0]!} ms early`);
      check(lateness[4]! < 250, `half of them ran ${lateness[4]!} ms late or more`);
    },
  },
  {
    promise: 2,
    title: 'what another process schedules starts within milliseconds too',
    needs: ['delay', 'distributed'],
    async prove({ open }) {
      const worker = await open();
      const producer = await open({ worker: false });
      await producer.scheduler.schedule(new ProbeJob('later'), '1h');
      await worker.elapse(50);
      const began = worker.now;
      for (let i = 0; i < 10; i++)
        await producer.scheduler.schedule(new ProbeJob('a'), new Date(began + 100 + i * 73));
      await worker.until('all ten', () => worker.probes.runs.length === 10);
      const lateness = worker.probes.runs
        .map(({ at }, i) => at - (began + 100 + i * 73))
        .toSorted((a, b) => a - b);
      check(lateness[0]! >= 0, `one ran ${-lateness[0]!} ms early`);
      check(lateness[4]! < 250, `half of them ran ${lateness[4]!} ms late or more`);
    },
  },
  {
    promise: 2,
    title: 'jobs run in the order of their times, not of their scheduling',
    needs: ['delay'],
    async prove({ open }) {
      const lab = await open();
      // From one moment on, and far enough away that all three are scheduled by then.
      const began = lab.now;
      for (const [name, delay] of [
        ['c', 660],
        ['a', 500],
        ['b', 580],
      ] as const) {
        await lab.scheduler.schedule(new ProbeJob(name), new Date(began + delay));
      }
      await lab.until('all three', () => lab.probes.runs.length === 3);
      checkEqual(lab.probes.names, ['a', 'b', 'c'], 'the order');
    },
  },
  {
    promise: 2,
    title: 'a time in the past, a negative delay and no delay are now',
    needs: ['delay'],
    async prove({ open }) {
      const lab = await open();
      await lab.scheduler.schedule(new ProbeJob('past'), new Date(0));
      await lab.scheduler.schedule(new ProbeJob('negative'), -60_000);
      await lab.scheduler.schedule(new ProbeJob('zero'), 0);
      await lab.scheduler.scheduleNow(new ProbeJob('now'));
      await lab.until('all four', () => lab.probes.runs.length === 4);
      checkEqual(lab.probes.names.toSorted(), ['negative', 'now', 'past', 'zero'], 'what ran');
    },
  },
  {
    promise: 2,
    title: 'a delay of 90 days and one of ten years do not run at once',
    needs: ['delay', 'query'],
    async prove({ open }) {
      const lab = await open();
      const began = lab.now;
      const soon = await lab.scheduler.schedule(new ProbeJob('90 days'), '90 days');
      const late = await lab.scheduler.schedule(new ProbeJob('ten years'), TEN_YEARS);
      await lab.elapse(100);
      checkNone(lab.probes.names, 'it ran');
      for (const [id, delay] of [
        [soon, 90 * 86_400_000],
        [late, TEN_YEARS],
      ] as const) {
        const entry = await lab.scheduler.get(id);
        checkEqual(entry?.state, 'scheduled', 'the state');
        const off = entry!.runAt.getTime() - (began + delay);
        check(off >= 0 && off < LATE, `it is to run ${off} ms off its time`);
      }
    },
  },
  {
    promise: 2,
    title: 'an earlier entry is not held up by a later one that was there first',
    needs: ['delay'],
    async prove({ open }) {
      const lab = await open();
      await lab.scheduler.schedule(new ProbeJob('later'), '1h');
      await lab.elapse(20);
      const began = lab.now;
      await lab.scheduler.schedule(new ProbeJob('sooner'), 100);
      await lab.until('the sooner one', () => lab.probes.runs.length > 0);
      checkEqual(lab.probes.names, ['sooner'], 'what ran');
      check(lab.probes.runs[0]!.at - began < LATE, 'it ran late');
    },
  },
  {
    promise: 2,
    title: 'a rescheduled entry runs at its new time, earlier or later, and only then',
    needs: ['delay', 'reschedule'],
    async prove({ open }) {
      const lab = await open();
      const sooner = await lab.scheduler.schedule(new ProbeJob('sooner'), '1h');
      const later = await lab.scheduler.schedule(new ProbeJob('later'), 100);
      checkEqual(await lab.scheduler.reschedule(later, 400), true, 'reschedule');
      const due = lab.now + SOON;
      checkEqual(await lab.scheduler.reschedule({ id: sooner }, new Date(due)), true, 'reschedule');
      await lab.elapse(BEFORE);
      checkNone(lab.probes.names, 'it ran');
      await lab.until('both', () => lab.probes.runs.length === 2);
      checkEqual(lab.probes.names, ['sooner', 'later'], 'the order');
      check(lab.probes.runs[0]!.at >= due, 'it ran before its new time');
      checkEqual(await lab.scheduler.reschedule(sooner, 1), false, 'reschedule of what has ended');
      checkEqual(await lab.scheduler.reschedule('nothing', 1), false, 'reschedule of nothing');
    },
  },
];
