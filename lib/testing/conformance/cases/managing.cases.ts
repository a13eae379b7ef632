import { JobCancelledError } from '../../../jobs/jobs.errors.js';
import { InvalidScheduleError } from '../../../scheduling/invalid-schedule.error.js';
import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkNone, checkRejects } from '../expect.js';
import { ProbeCommand, ProbeJob } from '../probe.job.js';

export const managingCases: CaseDefinition[] = [
  {
    promise: 3,
    title: 'a cancelled entry does not run',
    needs: ['cancel', 'delay'],
    async prove({ open }) {
      const lab = await open();
      // Long enough for it to be cancelled before its time, however slowly a busy disk takes three writes.
      const id = await lab.scheduler.schedule(new ProbeJob('a'), 1_000);
      await lab.scheduler.schedule(new ProbeJob('b'), 1_060);
      checkEqual(await lab.scheduler.cancel(id), true, 'cancel');
      checkEqual(await lab.scheduler.cancel(id), false, 'the second cancel');
      checkEqual(await lab.scheduler.cancel({ id: 'nothing' }), false, 'cancel of nothing');
      checkEqual(await lab.scheduler.cancel({ key: 'nothing' }), false, 'cancel of nothing');
      await lab.until('the one after it', () => lab.probes.runs.length > 0);
      checkEqual(lab.probes.names, ['b'], 'what ran');
    },
  },
  {
    promise: 3,
    title: 'cancelling what runs aborts its signal, and it ends as cancelled, whatever its code does',
    needs: ['cancel', 'query'],
    async prove({ open }) {
      const lab = await open();
      const reasons: unknown[] = [];
      lab.probes.on('deaf', () => new Promise(() => {}));
      lab.probes.on('polite', ({ context: { signal } }) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      });
      const ids = await Promise.all(
        ['deaf', 'polite'].map((name) => lab.scheduler.scheduleNow(new ProbeJob(name), { timeout: '1h' })),
      );
      await lab.until('both to run', () => lab.probes.runs.length === 2);
      for (const id of ids) checkEqual(await lab.scheduler.cancel(id), true, 'cancel');
      for (const id of ids) {
        await lab.until('the end', async () => (await lab.scheduler.get(id))?.state === 'cancelled');
      }
      check(
        reasons.length === 1 && reasons[0] instanceof JobCancelledError,
        'the reason is no JobCancelledError',
      );
      await lab.elapse(50);
      checkEqual(lab.probes.runs.length, 2, 'the attempts');
    },
  },
  {
    promise: 1,
    title: 'progress shows on the entry while it runs',
    needs: ['query'],
    async prove({ open }) {
      const lab = await open();
      let release!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      lab.probes.on('a', ({ context }) => {
        context.progress(0.25, 'a quarter');
        return released;
      });
      const id = await lab.scheduler.scheduleNow(new ProbeJob('a'), { timeout: '1h' });
      await lab.until('progress', async () => (await lab.scheduler.get(id))?.progress !== undefined);
      checkEqual(
        (await lab.scheduler.get(id))?.progress,
        { fraction: 0.25, note: 'a quarter' },
        'the progress',
      );
      checkEqual((await lab.scheduler.get(id))?.state, 'running', 'the state');
      checkEqual((await lab.scheduler.explain(id)).reason, 'running', 'why it has not run');
      release();
      await lab.until('the end', async () => (await lab.scheduler.get(id))?.state === 'succeeded');
    },
  },
  {
    promise: 1,
    title: 'get tells an entry as it was scheduled, and nothing of what is not there',
    needs: ['query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      const began = lab.now;
      const id = await lab.scheduler.schedule(new ProbeJob('a'), '2h', {
        metadata: { tenant: 'acme' },
        priority: 3,
        attempts: 7,
      });
      const entry = await lab.scheduler.get(id);
      check(entry, 'it is not there');
      checkEqual(
        [entry.id, entry.state, entry.attempt, entry.attempts, entry.priority, entry.metadata, entry.key],
        [id, 'scheduled', 0, 7, 3, { tenant: 'acme' }, undefined],
        'the entry',
      );
      check(entry.scheduledAt.getTime() >= began - 1_000, 'it was scheduled too early');
      checkEqual(entry.runAt.getTime() - entry.scheduledAt.getTime(), 7_200_000, 'the delay');
      checkEqual(await lab.scheduler.get('nothing'), undefined, 'what is not there');
      checkEqual(await lab.scheduler.get({ key: 'nothing' }), undefined, 'what is not there');
    },
  },
  {
    promise: 1,
    title: 'lists filter, and page without a gap or a double while entries come and go',
    needs: ['query', 'delay', 'cancel'],
    async prove({ open }) {
      const lab = await open();
      const ids: string[] = [];
      for (let i = 0; i < 25; i++) {
        const options = { queue: i % 2 ? 'odd' : 'even', ...(i === 7 && { key: 'seven' }) };
        ids.push(await lab.scheduler.schedule(new ProbeJob(`${i}`), '1h', options));
      }
      const command = await lab.commands.schedule(new ProbeCommand('c'), '1h');

      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await lab.scheduler.list({
          name: 'Conformance.Probe',
          limit: 10,
          ...(cursor && { cursor }),
        });
        check(page.entries.length <= 10, 'a page is too long');
        seen.push(...page.entries.map(({ id }) => id));
        ({ cursor } = page);
        if (cursor === undefined) break;
        await lab.scheduler.cancel(page.entries.at(-1)!.id);
        await lab.scheduler.schedule(new ProbeCommand('x') as never, '1h').catch(() => undefined);
        await lab.commands.schedule(new ProbeCommand('x'), '1h');
      } while (cursor);
      checkEqual(seen, ids, 'the pages');

      const listed = async (filter: Parameters<typeof lab.scheduler.list>[0]) =>
        (await lab.scheduler.list(filter)).entries.map(({ id }) => id);
      checkEqual(await listed({ key: 'seven' }), [ids[7]], 'by key');
      checkEqual((await listed({ queue: 'odd' })).length, 12, 'by queue');
      checkEqual((await listed({ command: 'Conformance.ProbeCommand' }))[0], command, 'by command');
      checkEqual(await listed({ state: 'cancelled' }), [ids[9], ids[19]], 'by state');
      checkEqual(
        (await listed({ state: ['cancelled', 'scheduled'], queue: 'even' })).length,
        13,
        'by states',
      );
      checkEqual(await listed({ name: 'Nothing' }), [], 'by a name that nobody has');
      checkEqual(
        (await lab.scheduler.list({ name: 'Nothing' })).cursor,
        undefined,
        'the cursor of the last page',
      );
      await checkRejects(InvalidScheduleError, () => lab.scheduler.list({ limit: 0 }), 'a limit of 0');
      await checkRejects(
        InvalidScheduleError,
        () => lab.scheduler.list({ state: 'lost' as never }),
        'a wrong state',
      );
    },
  },
  {
    promise: 1,
    title: 'counts tell how many entries are in each state',
    needs: ['query', 'delay', 'cancel', 'retry'],
    async prove({ open }) {
      const lab = await open();
      lab.probes.on('bad', () => {
        throw new Error('bad');
      });
      await lab.scheduler.scheduleNow(new ProbeJob('good'));
      await lab.scheduler.scheduleNow(new ProbeJob('bad'), { attempts: 1 });
      await lab.scheduler.schedule(new ProbeJob('late'), '1h');
      await lab.scheduler.cancel(await lab.scheduler.schedule(new ProbeJob('late'), '1h'));
      const expected = { scheduled: 1, running: 0, succeeded: 1, failed: 1, cancelled: 1, parked: 0 };
      await lab.until('both ends', async () => {
        const { succeeded, failed } = await lab.scheduler.counts();
        return succeeded + failed === 2;
      });
      checkEqual(await lab.scheduler.counts(), expected, 'the counts');
    },
  },
  {
    promise: 2,
    title: 'explain says why an entry has not run',
    needs: ['query', 'delay', 'retry'],
    async prove({ open }) {
      const lab = await open();
      lab.probes.on('bad', () => {
        throw new Error('no paper');
      });
      const late = await lab.scheduler.schedule(new ProbeJob('late'), '1h');
      const explained = await lab.scheduler.explain(late);
      checkEqual(explained.reason, 'not-due', 'why');
      checkEqual(explained.expectedAt, (await lab.scheduler.get(late))?.runAt, 'when');
      const bad = await lab.scheduler.scheduleNow(new ProbeJob('bad'), {
        backoff: { type: 'fixed', delay: '1h' },
      });
      await lab.until('the failure', () => lab.events.some(({ type }) => type === 'retrying'));
      const retrying = await lab.scheduler.explain(bad);
      checkEqual(retrying.reason, 'retrying', 'why');
      check(retrying.text.includes('no paper'), 'the text does not tell the error');
      checkEqual((await lab.scheduler.explain('nothing')).reason, 'unknown', 'why');
      checkNone(lab.probes.of('late'), 'it ran');
    },
  },
];
