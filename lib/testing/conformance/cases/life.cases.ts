import { DiscardJobError, WorkerStoppedError } from '../../../jobs/jobs.errors.js';
import { InvalidScheduleError } from '../../../scheduling/invalid-schedule.error.js';
import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkNone, checkRejects } from '../expect.js';
import { ProbeJob, StrangerJob } from '../probe.job.js';

export const lifeCases: CaseDefinition[] = [
  {
    promise: 1,
    title: 'the promise gives an id of its own for each entry',
    needs: [],
    async prove({ open }) {
      const lab = await open();
      const ids = await Promise.all(
        Array.from({ length: 20 }, () => lab.scheduler.scheduleNow(new ProbeJob('a'))),
      );
      check(
        ids.every((id) => typeof id === 'string' && id.length > 0),
        'an id is no text',
      );
      checkEqual(new Set(ids).size, 20, 'the number of ids');
      await lab.until('all to run', () => lab.probes.runs.length === 20);
      checkEqual(
        lab.probes.runs.map(({ context }) => context.id).toSorted(),
        ids.toSorted(),
        'the ids that ran',
      );
    },
  },
  {
    promise: 3,
    title: 'each of many entries runs once',
    needs: ['delay'],
    async prove({ open }) {
      const lab = await open();
      const names = Array.from({ length: 500 }, (_, i) => `${i}`);
      await Promise.all(names.map((name, i) => lab.scheduler.schedule(new ProbeJob(name), i % 50)));
      await lab.until('all to run', () => lab.probes.runs.length >= 500);
      await lab.elapse(50);
      checkEqual(lab.probes.names.toSorted(), names.toSorted(), 'what ran');
    },
  },
  {
    promise: 3,
    title: 'each of many entries runs once, in whichever of several processes',
    needs: ['delay', 'distributed'],
    async prove({ open }) {
      const labs = [await open(), await open(), await open()];
      const names = Array.from({ length: 600 }, (_, i) => `${i}`);
      await Promise.all(names.map((name, i) => labs[i % 3]!.scheduler.schedule(new ProbeJob(name), i % 50)));
      const ran = () => labs.flatMap((lab) => lab.probes.names);
      await labs[0]!.until('all to run', () => ran().length >= 600);
      await labs[0]!.elapse(200);
      checkEqual(ran().toSorted(), names.toSorted(), 'what ran');
    },
  },
  {
    promise: 3,
    title: 'the events of an entry tell its life in order',
    needs: ['retry', 'query'],
    async prove({ open }) {
      const lab = await open();
      lab.probes.on('a', ({ attempt }) => {
        throw attempt === 1 ? new Error('again') : new DiscardJobError('no more');
      });
      const id = await lab.scheduler.scheduleNow(new ProbeJob('a'), { backoff: { type: 'fixed', delay: 5 } });
      await lab.until('the failure', async () => (await lab.scheduler.get(id))?.state === 'failed');
      await lab.until('its event', () => lab.events.some(({ type }) => type === 'failed'));
      checkEqual(
        lab.events.map(({ type, attempt }) => `${type} ${attempt}`),
        ['scheduled 0', 'started 1', 'retrying 1', 'started 2', 'failed 2'],
        'the events',
      );
    },
  },
  {
    promise: 1,
    title: 'what was scheduled is there after a restart, and runs once, not before its time',
    needs: ['durable', 'delay', 'query'],
    async prove({ open }) {
      const before = await open({ worker: false });
      const due = before.now + 400;
      const ids = await Promise.all([
        before.scheduler.schedule(new ProbeJob('job', new Date(5)), new Date(due), {
          metadata: { tenant: 'acme' },
        }),
        before.scheduler.schedule(new ProbeJob('later'), '10 years', { key: 'k', priority: 4 }),
      ]);
      await before.close();
      const after = await open();
      checkEqual((await after.scheduler.get({ key: 'k' }))?.id, ids[1], 'the later one');
      checkEqual((await after.scheduler.get(ids[1]))?.priority, 4, 'its priority');
      checkNone(after.probes.names, 'it ran');
      await after.until('the first', () => after.probes.runs.length > 0);
      const [run] = after.probes.runs;
      check(run!.at >= due, 'it ran early');
      checkEqual(run!.probe.payload, new Date(5), 'its data');
      checkEqual(run!.context.metadata, { tenant: 'acme' }, 'its metadata');
      await after.elapse(100);
      checkEqual(after.probes.runs.length, 1, 'how often it ran');
    },
  },
  {
    promise: 10,
    title: 'a worker with autoStart: false begins nothing before start()',
    needs: ['delay'],
    async prove({ open }) {
      const lab = await open({ worker: { autoStart: false } });
      await lab.scheduler.scheduleNow(new ProbeJob('a'));
      await lab.wait(30);
      checkNone(lab.probes.names, 'it ran');
      await lab.worker.start();
      await lab.until('it to run', () => lab.probes.runs.length === 1);
    },
  },
  {
    promise: 10,
    title: 'at a stop, what runs is drained and can still schedule; nothing new begins until the next start',
    needs: ['delay', 'query'],
    async prove({ open }) {
      const lab = await open({ shutdownTimeout: '10s' });
      let release!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      lab.probes.on('slow', async () => {
        await released;
        await lab.scheduler.scheduleNow(new ProbeJob('next'));
      });
      const id = await lab.scheduler.scheduleNow(new ProbeJob('slow'), { timeout: '1h' });
      await lab.until('it to begin', () => lab.probes.runs.length === 1);
      const stopped = lab.worker.stop();
      await lab.scheduler.scheduleNow(new ProbeJob('meanwhile'));
      release();
      await stopped;
      checkEqual((await lab.scheduler.get(id))?.state, 'succeeded', 'the state of what ran');
      checkEqual(lab.probes.names, ['slow'], 'what has begun');
      await lab.worker.start();
      await lab.until('the others', () => lab.probes.runs.length === 3);
    },
  },
  {
    promise: 10,
    title: 'what does not end within shutdownTimeout is aborted, goes back as scheduled, and runs again',
    needs: ['delay', 'query'],
    async prove({ open }) {
      const lab = await open({ shutdownTimeout: 50 });
      let reason: unknown;
      lab.probes.on('deaf', ({ context }) => {
        if (lab.probes.runs.length > 1) return undefined;
        context.signal.addEventListener('abort', () => (reason = context.signal.reason));
        return new Promise(() => {});
      });
      const id = await lab.scheduler.scheduleNow(new ProbeJob('deaf'), { timeout: '1h' });
      await lab.until('it to begin', () => lab.probes.runs.length === 1);
      await lab.worker.stop();
      check(reason instanceof WorkerStoppedError, "the signal's reason is no WorkerStoppedError");
      checkEqual((await lab.scheduler.get(id))?.state, 'scheduled', 'its state');
      await lab.worker.start();
      await lab.until('it to end', async () => (await lab.scheduler.get(id))?.state === 'succeeded');
      checkEqual(
        lab.probes.runs.map(({ attempt }) => attempt),
        [1, 1],
        'the attempts',
      );
    },
  },
  {
    promise: 12,
    title: 'calls of one turn keep their own outcomes',
    needs: ['delay'],
    async prove({ open }) {
      const lab = await open();
      const calls = Array.from({ length: 60 }, (_, i) => {
        if (i % 20 === 7) return lab.scheduler.schedule(new ProbeJob(`${i}`), Number.NaN);
        if (i % 20 === 13) return lab.scheduler.schedule(new StrangerJob(`${i}`), 10);
        return lab.scheduler.schedule(new ProbeJob(`${i}`), 10);
      });
      const outcomes = await Promise.allSettled(calls);
      checkEqual(
        outcomes.flatMap(({ status }, i) => (status === 'rejected' ? [i] : [])),
        [7, 13, 27, 33, 47, 53],
        'which were refused',
      );
      await lab.until('the rest', () => lab.probes.runs.length === 54);
    },
  },
  {
    promise: 12,
    title: 'scheduleMany stores all, in order, or none',
    needs: ['delay', 'query'],
    async prove({ open }) {
      const lab = await open();
      const refused = lab.scheduler.scheduleMany([
        { job: new ProbeJob('a') },
        { job: new ProbeJob('b'), when: Number.NaN },
        { job: new ProbeJob('c') },
      ]);
      await checkRejects(InvalidScheduleError, () => refused, 'many with a wrong time');
      checkEqual((await lab.scheduler.list()).entries, [], 'what is stored');
      const ids = await lab.scheduler.scheduleMany([
        { job: new ProbeJob('x'), when: '1h' },
        { job: new ProbeJob('y'), when: new Date(Date.now() + 3_600_000), priority: 2 },
        { job: new ProbeJob('z') },
      ]);
      const entries = await Promise.all(ids.map((id) => lab.scheduler.get(id)));
      checkEqual(
        entries.map((entry) => (entry?.data as { name: string } | undefined)?.name),
        ['x', 'y', 'z'],
        'the entries',
      );
      checkEqual(await lab.scheduler.scheduleMany([]), [], 'none at all');
    },
  },
  {
    promise: 12,
    title: 'scheduleMany with a taken key stores none, where it says reject',
    needs: ['delay', 'query', 'key'],
    async prove({ open }) {
      const lab = await open();
      await lab.scheduler.schedule(new ProbeJob('a'), '1h', { key: 'k' });
      const many = [
        { job: new ProbeJob('b'), when: '1h' as const },
        { job: new ProbeJob('c'), when: '1h' as const, key: 'k', onConflict: 'reject' as const },
      ];
      const outcome = await Promise.allSettled([lab.scheduler.scheduleMany(many)]);
      checkEqual(outcome[0].status, 'rejected', 'the outcome');
      checkEqual((await lab.scheduler.counts()).scheduled, 1, 'what is scheduled');
      const twice = await lab.scheduler.scheduleMany([
        { job: new ProbeJob('d'), when: '1h', key: 'twice' },
        { job: new ProbeJob('e'), when: '1h', key: 'twice' },
      ]);
      checkEqual(twice[1], twice[0], 'the id of the second with the same key');
    },
  },
];
