import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkNone } from '../expect.js';
import type { Lab } from '../lab.js';
import { ProbeJob } from '../probe.job.js';

/** Jobs of this name run until they are released; counts how many do at once. */
function gate(lab: Lab, name: string): { most: () => number; open: () => void } {
  let running = 0;
  let most = 0;
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  lab.probes.on(name, async () => {
    most = Math.max(most, ++running);
    await opened;
    running -= 1;
  });
  return { most: () => most, open };
}

export const queueCases: CaseDefinition[] = [
  {
    promise: 8,
    title: 'of what is due in a queue, higher priority runs first, and equals in their order',
    needs: ['priority'],
    async prove({ open }) {
      const lab = await open({ worker: { concurrency: 1, autoStart: false } });
      for (const [name, priority] of [
        ['c', 0],
        ['e', -5],
        ['a', 10],
        ['d', 0],
        ['b', 5],
      ] as const) {
        await lab.scheduler.scheduleNow(new ProbeJob(name), { priority });
      }
      await lab.worker.start();
      await lab.until('all', () => lab.probes.runs.length === 5);
      checkEqual(lab.probes.names, ['a', 'b', 'c', 'd', 'e'], 'the order');
    },
  },
  {
    promise: 8,
    title: 'a higher priority that is not due yet holds up nothing',
    needs: ['priority', 'delay'],
    async prove({ open }) {
      const lab = await open({ worker: { concurrency: 1 } });
      await lab.scheduler.schedule(new ProbeJob('later'), '1h', { priority: 100 });
      await lab.scheduler.scheduleNow(new ProbeJob('now'));
      await lab.until('the one that is due', () => lab.probes.runs.length > 0);
      checkEqual(lab.probes.names, ['now'], 'what ran');
    },
  },
  {
    promise: 12,
    title: 'as many run at once as the worker says, and no more',
    needs: ['queues'],
    async prove({ open }) {
      const lab = await open({ worker: { concurrency: 3 } });
      const { most, open: release } = gate(lab, 'a');
      for (let i = 0; i < 7; i++) await lab.scheduler.scheduleNow(new ProbeJob('a'), { timeout: '1h' });
      await lab.until('three to run', () => lab.probes.runs.length === 3);
      await lab.elapse(50);
      checkEqual(lab.probes.runs.length, 3, 'how many have begun');
      release();
      await lab.until('all to run', () => lab.probes.runs.length === 7);
      checkEqual(most(), 3, 'how many ran at once');
    },
  },
  {
    promise: 8,
    title: 'a queue with slots of its own is not held up by the others, nor holds them up',
    needs: ['queues'],
    async prove({ open }) {
      const lab = await open({ worker: { concurrency: 2, queues: { mail: { concurrency: 1 } } } });
      const mail = gate(lab, 'mail');
      const rest = gate(lab, 'rest');
      const held = { timeout: '1h' } as const;
      for (let i = 0; i < 3; i++)
        await lab.scheduler.scheduleNow(new ProbeJob('mail'), { queue: 'mail', ...held });
      for (let i = 0; i < 3; i++) await lab.scheduler.scheduleNow(new ProbeJob('rest'), held);
      await lab.until('one of the queue and two of the rest', () => lab.probes.runs.length === 3);
      await lab.elapse(50);
      checkEqual([mail.most(), rest.most()], [1, 2], 'how many run at once');
      mail.open();
      await lab.until("the queue's other two", () => lab.probes.of('mail').length === 3);
      checkEqual(lab.probes.of('rest').length, 2, 'the rest');
      rest.open();
      await lab.until('the last', () => lab.probes.of('rest').length === 3);
      checkEqual(mail.most(), 1, 'how many of the queue ran at once');
    },
  },
  {
    promise: 8,
    title: 'a rate limit lets so many of its queue begin in a span, and holds up no other queue',
    needs: ['rate-limit', 'queues'],
    async prove({ open }) {
      const lab = await open({ worker: { queues: { api: { rateLimit: { max: 3, per: 300 } } } } });
      for (let i = 0; i < 7; i++) await lab.scheduler.scheduleNow(new ProbeJob('api'), { queue: 'api' });
      await lab.scheduler.scheduleNow(new ProbeJob('rest'));
      await lab.until('the rest', () => lab.probes.of('rest').length === 1);
      await lab.until('all of the queue', () => lab.probes.of('api').length === 7);
      const starts = lab.probes.of('api').map(({ at }) => at);
      for (let i = 3; i < starts.length; i++) {
        // The limit is kept on the worker's clock, a moment before the job can look at its own.
        check(starts[i]! - starts[i - 3]! >= 290, `four began within ${starts[i]! - starts[i - 3]!} ms`);
      }
      check(starts[6]! - starts[0]! < 3_000, 'the limit holds longer than it says');
    },
  },
  {
    promise: 8,
    title: 'a paused queue begins nothing until it is resumed; others go on',
    needs: ['pause', 'query'],
    async prove({ open }) {
      const lab = await open();
      await lab.scheduler.pause('mail');
      const id = await lab.scheduler.scheduleNow(new ProbeJob('mail'), { queue: 'mail' });
      await lab.scheduler.scheduleNow(new ProbeJob('rest'));
      await lab.until('the other queue', () => lab.probes.of('rest').length === 1);
      await lab.elapse(50);
      checkNone(lab.probes.of('mail'), 'it ran although its queue is paused');
      checkEqual((await lab.scheduler.explain(id)).reason, 'paused', 'why it has not run');
      await lab.scheduler.resume('mail');
      await lab.until('the queue', () => lab.probes.of('mail').length === 1);
    },
  },
  {
    promise: 8,
    title: 'pause() without a queue pauses all, resume() without one ends every pause; what runs goes on',
    needs: ['pause', 'query'],
    async prove({ open }) {
      const lab = await open();
      const running = gate(lab, 'running');
      const id = await lab.scheduler.scheduleNow(new ProbeJob('running'), { timeout: '1h' });
      await lab.until('it to run', () => lab.probes.runs.length === 1);
      await lab.scheduler.pause();
      await lab.scheduler.pause('mail');
      await lab.scheduler.scheduleNow(new ProbeJob('a'), { queue: 'mail' });
      await lab.scheduler.scheduleNow(new ProbeJob('b'));
      running.open();
      await lab.until(
        'the running one to end',
        async () => (await lab.scheduler.get(id))?.state === 'succeeded',
      );
      await lab.elapse(50);
      checkEqual(lab.probes.names, ['running'], 'what ran');
      await lab.scheduler.resume();
      await lab.until('both', () => lab.probes.runs.length === 3);
    },
  },
];
