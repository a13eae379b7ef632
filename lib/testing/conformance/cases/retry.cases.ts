import { DiscardJobError, JobTimeoutError, SnoozeJobError } from '../../../jobs/jobs.errors.js';
import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual } from '../expect.js';
import type { Lab } from '../lab.js';
import { FunctionBackoffJob, MailProbeJob, ProbeCommand, ProbeJob } from '../probe.job.js';

/** Checks that each attempt came not before its delay after the last, and soon after. */
function checkDelays(lab: Lab, name: string, delays: readonly number[]): void {
  const runs = lab.probes.of(name);
  checkEqual(
    runs.map(({ attempt }) => attempt),
    [...delays.keys(), delays.length].map((i) => i + 1),
    'the attempts',
  );
  delays.forEach((delay, index) => {
    const passed = runs[index + 1]!.at - runs[index]!.at;
    check(passed >= delay, `attempt ${index + 2} came ${delay - passed} ms early`);
    check(passed < delay + 2_000, `attempt ${index + 2} came ${passed - delay} ms late`);
  });
}

const always = (error: () => Error) => () => {
  throw error();
};

export const retryCases: CaseDefinition[] = [
  {
    promise: 8,
    title: 'a failing job is retried as often as its policy says, then it has failed, with its last error',
    needs: ['retry', 'query'],
    async prove({ open }) {
      const lab = await open();
      lab.probes.on('a', ({ attempt }) => {
        throw new TypeError(`failure ${attempt}`);
      });
      const id = await lab.scheduler.scheduleNow(new ProbeJob('a'), {
        attempts: 3,
        backoff: { type: 'fixed', delay: 30 },
      });
      await lab.until('the failure', async () => (await lab.scheduler.get(id))?.state === 'failed');
      checkDelays(lab, 'a', [30, 30]);
      const entry = await lab.scheduler.get(id);
      checkEqual([entry?.attempt, entry?.attempts], [3, 3], 'the attempts');
      checkEqual(
        [entry?.lastError?.name, entry?.lastError?.message],
        ['TypeError', 'failure 3'],
        'the last error',
      );
      check(entry?.lastError?.stack?.includes('failure 3'), 'the last error has no stack');
      check(entry?.finishedAt instanceof Date, 'it has no time of its end');
      await lab.elapse(100);
      checkEqual(lab.probes.runs.length, 3, 'the attempts in the end');
    },
  },
  {
    promise: 8,
    title: 'exponential backoff doubles, up to its maximum',
    needs: ['retry'],
    async prove({ open }) {
      const lab = await open();
      lab.probes.on(
        'a',
        always(() => new Error('again')),
      );
      await lab.scheduler.scheduleNow(new ProbeJob('a'), {
        attempts: 5,
        backoff: { type: 'exponential', delay: 20, max: 50 },
      });
      await lab.until('five attempts', () => lab.probes.runs.length === 5);
      checkDelays(lab, 'a', [20, 40, 50, 50]);
    },
  },
  {
    promise: 8,
    title: 'jitter adds to a delay by chance, never takes from it, and keeps to the maximum',
    needs: ['retry', 'query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      lab.probes.on(
        'a',
        always(() => new Error('again')),
      );
      const options = { backoff: { type: 'fixed', delay: 3_600_000, jitter: 1, max: 5_400_000 } } as const;
      const jobs = Array.from({ length: 20 }, () => ({ job: new ProbeJob('a'), ...options }));
      const ids = await lab.scheduler.scheduleMany(jobs);
      await lab.until(
        'all to have failed once',
        () => lab.events.filter(({ type }) => type === 'retrying').length === 20,
      );
      const delays = await Promise.all(
        ids.map(async (id, index) => {
          const entry = await lab.scheduler.get(id);
          const ended = lab.events
            .find((event) => event.type === 'retrying' && event.id === id)!
            .at.getTime();
          check(entry, `entry ${index} is gone`);
          return entry.runAt.getTime() - ended;
        }),
      );
      check(
        delays.every((delay) => delay > 3_590_000 && delay <= 5_410_000),
        `delays out of bounds: ${delays.join()}`,
      );
      check(new Set(delays.map((delay) => Math.round(delay / 1_000))).size > 3, 'the delays are all alike');
    },
  },
  {
    promise: 8,
    title: 'a backoff function of the class is asked for each delay',
    needs: ['retry'],
    async prove({ open }) {
      const lab = await open();
      lab.probes.on(
        'a',
        always(() => new Error('again')),
      );
      await lab.scheduler.scheduleNow(new FunctionBackoffJob('a'));
      await lab.until('three attempts', () => lab.probes.runs.length === 3);
      checkDelays(lab, 'a', [40, 60]);
    },
  },
  {
    promise: 8,
    title: "a command carries its own class's policy, and options of a call win over it",
    needs: ['retry', 'query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      lab.probes.on(
        'a',
        always(() => new Error('again')),
      );
      const id = await lab.commands.scheduleNow(new ProbeCommand('a'));
      await lab.until('the failure', async () => (await lab.scheduler.get(id))?.state === 'failed');
      checkDelays(lab, 'a', [20]);

      const mail = await lab.scheduler.get(await lab.scheduler.schedule(new MailProbeJob('b'), '1h'));
      checkEqual([mail?.queue, mail?.priority, mail?.attempts], ['mail', 7, 4], "the class's policy");
      const own = await lab.scheduler.schedule(new MailProbeJob('b'), '1h', { attempts: 9, priority: 0 });
      const entry = await lab.scheduler.get(own);
      checkEqual([entry?.queue, entry?.priority, entry?.attempts], ['mail', 0, 9], "the call's policy");
      const plain = await lab.scheduler.get(await lab.scheduler.schedule(new ProbeJob('c'), '1h'));
      checkEqual([plain?.queue, plain?.priority, plain?.attempts], ['default', 0, 10], 'the defaults');
    },
  },
  {
    promise: 8,
    title: 'DiscardJobError fails at once, whatever attempts are left',
    needs: ['retry', 'query'],
    async prove({ open }) {
      const lab = await open();
      lab.probes.on(
        'a',
        always(() => new DiscardJobError('no such customer')),
      );
      const id = await lab.scheduler.scheduleNow(new ProbeJob('a'), { backoff: { type: 'fixed', delay: 1 } });
      await lab.until('the failure', async () => (await lab.scheduler.get(id))?.state === 'failed');
      await lab.elapse(50);
      checkEqual(lab.probes.runs.length, 1, 'the attempts');
      checkEqual((await lab.scheduler.get(id))?.lastError?.message, 'no such customer', 'the last error');
    },
  },
  {
    promise: 8,
    title: 'SnoozeJobError runs it again after its delay, and uses up no attempt',
    needs: ['retry', 'query'],
    async prove({ open }) {
      const lab = await open();
      lab.probes.on('a', () => {
        if (lab.probes.runs.length <= 3) throw new SnoozeJobError(40);
      });
      const id = await lab.scheduler.scheduleNow(new ProbeJob('a'), { attempts: 1 });
      await lab.until('the end', async () => (await lab.scheduler.get(id))?.state === 'succeeded');
      const { runs } = lab.probes;
      checkEqual(
        runs.map(({ attempt }) => attempt),
        [1, 1, 1, 1],
        'the attempts',
      );
      for (let i = 1; i < runs.length; i++) check(runs[i]!.at - runs[i - 1]!.at >= 40, 'it came early');
    },
  },
  {
    promise: 8,
    title: 'a timeout aborts the signal and counts as a failed attempt, even if the code ignores it',
    needs: ['retry', 'query'],
    async prove({ open }) {
      const lab = await open();
      let reason: unknown;
      lab.probes.on('a', ({ attempt, context }) => {
        if (attempt > 1) return undefined;
        context.signal.addEventListener('abort', () => (reason = context.signal.reason));
        return new Promise(() => {});
      });
      const began = lab.now;
      const id = await lab.scheduler.scheduleNow(new ProbeJob('a'), {
        timeout: 60,
        backoff: { type: 'fixed', delay: 10 },
      });
      await lab.until(
        'the second attempt to succeed',
        async () => (await lab.scheduler.get(id))?.state === 'succeeded',
      );
      checkEqual(
        lab.probes.runs.map(({ attempt }) => attempt),
        [1, 2],
        'the attempts',
      );
      check(lab.probes.runs[1]!.at - began >= 70, 'it was timed out early');
      check(reason instanceof JobTimeoutError, "the signal's reason is no JobTimeoutError");
      checkEqual((await lab.scheduler.get(id))?.lastError?.name, 'JobTimeoutError', 'the last error');
    },
  },
  {
    promise: 3,
    title: 'an attempt that was given up cannot end the entry any more',
    needs: ['retry', 'query'],
    async prove({ open }) {
      const lab = await open();
      const finish: (() => void)[] = [];
      lab.probes.on('a', () => new Promise<void>((resolve) => finish.push(resolve)));
      const id = await lab.scheduler.scheduleNow(new ProbeJob('a'), {
        timeout: 50,
        attempts: 2,
        backoff: { type: 'fixed', delay: 10_000 },
      });
      await lab.until('the timeout', () => lab.events.some(({ type }) => type === 'retrying'));
      lab.probes.runs[0]!.context.progress(0.9, 'too late');
      finish[0]!();
      await lab.elapse(50);
      checkEqual((await lab.scheduler.get(id))?.progress, undefined, 'the progress after the late finish');
      checkEqual((await lab.scheduler.get(id))?.state, 'scheduled', 'the state after the late finish');
    },
  },
  {
    promise: 8,
    title: 'retry() runs a failed entry again, from attempt 1; what has not failed it leaves alone',
    needs: ['retry', 'query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      let broken = true;
      lab.probes.on('a', () => {
        if (broken) throw new Error('broken');
      });
      const id = await lab.scheduler.scheduleNow(new ProbeJob('a', 'data'), { attempts: 1 });
      await lab.until('the failure', async () => (await lab.scheduler.get(id))?.state === 'failed');
      broken = false;
      checkEqual(await lab.scheduler.retry(id), true, 'retry');
      await lab.until('success', async () => (await lab.scheduler.get(id))?.state === 'succeeded');
      checkEqual(
        lab.probes.runs.map(({ attempt }) => attempt),
        [1, 1],
        'the attempts',
      );
      checkEqual(lab.probes.runs[1]!.probe.payload, 'data', 'the data');
      checkEqual(await lab.scheduler.retry(id), false, 'retry of what succeeded');
      checkEqual(await lab.scheduler.retry('nothing'), false, 'retry of nothing');
      const waiting = await lab.scheduler.schedule(new ProbeJob('b'), '1h');
      checkEqual(await lab.scheduler.retry(waiting), false, 'retry of what waits');
    },
  },
];
