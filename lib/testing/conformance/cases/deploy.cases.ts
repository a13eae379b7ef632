import { CommandVersion, JobVersion } from '../../../jobs/version.decorators.js';
import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkNone } from '../expect.js';
import { PROBE_CLASSES, ProbeJob, UnhandledCommand } from '../probe.job.js';

/** A job whose schema refuses its data only once it is told to. */
function checkedJob() {
  const rule = { refuses: false };
  const schema = {
    '~standard': {
      version: 1,
      vendor: 'conformance',
      validate: (value: unknown) =>
        rule.refuses ? { issues: [{ message: 'not this payload', path: ['payload'] }] } : { value },
    },
  };

  @JobVersion('Conformance.Checked', 1, { schema })
  class CheckedJob extends ProbeJob {}
  return { rule, CheckedJob };
}

@JobVersion('Conformance.Versioned', 1)
class VersionOneJob extends ProbeJob {}

@JobVersion('Conformance.Versioned', 3, {
  upgrade: {
    1: (data: { name: string }) => ({ ...data, payload: 'from 1' }),
    2: (data: { payload: string }) => ({ ...data, payload: `${data.payload} to 3` }),
  },
})
class VersionThreeJob extends ProbeJob {}

@JobVersion('Conformance.NewName', 1, { aliases: ['Conformance.Versioned'] })
class RenamedJob extends ProbeJob {}

@CommandVersion('Conformance.Unhandled', 2)
class OtherCommand {}

export const deployCases: CaseDefinition[] = [
  {
    promise: 6,
    title: 'a command that no process here can handle is parked: no attempt is used, and it says why',
    needs: ['query', 'delay'],
    async prove({ open }) {
      const lab = await open({ commands: [UnhandledCommand] });
      const id = await lab.commands.scheduleNow(new UnhandledCommand());
      await lab.until('it to be parked', async () => (await lab.scheduler.get(id))?.state === 'parked');
      checkEqual((await lab.scheduler.get(id))?.attempt, 0, 'the attempts used');
      const { reason, text } = await lab.scheduler.explain(id);
      checkEqual(reason, 'parked', 'why it has not run');
      check(text.includes('Conformance.Unhandled'), 'the text does not name the command');
      checkEqual(lab.events.filter(({ type }) => type === 'parked').length, 1, 'the events');
      checkEqual(lab.events.filter(({ type }) => type === 'started').length, 0, 'the starts');
    },
  },
  {
    promise: 6,
    title: 'a parked entry holds up nothing behind it, keeps its key, and can be cancelled',
    needs: ['query', 'delay', 'key', 'cancel'],
    async prove({ open }) {
      const lab = await open({ commands: [UnhandledCommand], worker: { concurrency: 1 } });
      const id = await lab.commands.scheduleNow(new UnhandledCommand(), { key: 'k', priority: 10 });
      for (let i = 0; i < 5; i++) await lab.commands.scheduleNow(new UnhandledCommand(), { priority: 10 });
      await lab.scheduler.scheduleNow(new ProbeJob('behind'));
      await lab.until('the one behind them', () => lab.probes.runs.length > 0);
      checkEqual(
        await lab.commands.schedule(new UnhandledCommand(), '1h', { key: 'k' }),
        id,
        'the holder of the key',
      );
      checkEqual(await lab.scheduler.cancel({ key: 'k' }), true, 'cancel');
      checkEqual((await lab.scheduler.get(id))?.state, 'cancelled', 'the state');
    },
  },
  {
    promise: 6,
    title: 'data that a schema refuses when run is parked, with the reason; retry() tries again',
    needs: ['query', 'retry', 'delay'],
    async prove({ open }) {
      const { rule, CheckedJob } = checkedJob();
      const lab = await open({ jobs: [...PROBE_CLASSES, CheckedJob] });
      const id = await lab.scheduler.schedule(new CheckedJob('a', 'a payload'), 30);
      rule.refuses = true;
      await lab.until('it to be parked', async () => (await lab.scheduler.get(id))?.state === 'parked');
      checkNone(lab.probes.names, 'it ran');
      const { text } = await lab.scheduler.explain(id);
      check(text.includes('schema') && text.includes('payload'), `the text does not say why: ${text}`);
      rule.refuses = false;
      checkEqual(await lab.scheduler.retry(id), true, 'retry');
      await lab.until('it to run', async () => (await lab.scheduler.get(id))?.state === 'succeeded');
      checkEqual(
        lab.probes.runs.map(({ attempt }) => attempt),
        [1],
        'the attempts',
      );
    },
  },
  {
    promise: 6,
    title: 'an entry of an unknown job is parked, and runs by itself once a process knows it',
    needs: ['durable', 'query', 'delay'],
    async prove({ open }) {
      const before = await open({ jobs: [...PROBE_CLASSES, VersionOneJob], worker: false });
      const id = await before.scheduler.scheduleNow(new VersionOneJob('a'));
      await before.close();

      const old = await open();
      await old.until('it to be parked', async () => (await old.scheduler.get(id))?.state === 'parked');
      checkEqual((await old.scheduler.get(id))?.attempt, 0, 'the attempts used');
      await old.close();

      const after = await open({ jobs: [...PROBE_CLASSES, VersionOneJob] });
      await after.until('it to run', () => after.probes.runs.length > 0);
      checkEqual(after.probes.runs[0]!.attempt, 1, 'the attempt');
    },
  },
  {
    promise: 6,
    title: 'a process that is already running releases what another one parked, within 5 s',
    needs: ['distributed', 'query', 'delay'],
    async prove({ open }) {
      const old = await open();
      const knowing = await open({ jobs: [...PROBE_CLASSES, VersionOneJob], worker: { autoStart: false } });
      const id = await knowing.scheduler.scheduleNow(new VersionOneJob('a'));
      await old.until('it to be parked', async () => (await old.scheduler.get(id))?.state === 'parked');
      await knowing.worker.start();
      const began = performance.now();
      const later = await knowing.scheduler.schedule(new VersionOneJob('b'), 200);
      await knowing.until('both to run', () => knowing.probes.runs.length === 2);
      check(performance.now() - began < 6_000, 'it was parked for longer than 5 s');
      checkEqual((await knowing.scheduler.get(later))?.attempt, 1, 'the attempts used');
    },
  },
  {
    promise: 6,
    title: 'an entry of an older version is upgraded, and runs under the newest that it can reach',
    needs: ['durable', 'query', 'delay'],
    async prove({ open }) {
      const before = await open({ jobs: [...PROBE_CLASSES, VersionOneJob], worker: false });
      const id = await before.scheduler.scheduleNow(new VersionOneJob('a'));
      await before.close();
      const after = await open({ jobs: [...PROBE_CLASSES, VersionThreeJob] });
      await after.until('it to run', () => after.probes.runs.length > 0);
      const [run] = after.probes.runs;
      check(run!.probe instanceof VersionThreeJob, 'it is no instance of the newest version');
      checkEqual(run!.probe.payload, 'from 1 to 3', 'the upgraded data');
      checkEqual([run!.context.version, (await after.scheduler.get(id))?.version], [3, 1], 'the versions');
    },
  },
  {
    promise: 6,
    title: 'a renamed job runs what was scheduled under its old name',
    needs: ['durable', 'delay'],
    async prove({ open }) {
      const before = await open({ jobs: [...PROBE_CLASSES, VersionOneJob], worker: false });
      await before.scheduler.scheduleNow(new VersionOneJob('a', 1));
      await before.close();
      const after = await open({ jobs: [...PROBE_CLASSES, RenamedJob] });
      await after.until('it to run', () => after.probes.runs.length > 0);
      check(after.probes.runs[0]!.probe instanceof RenamedJob, 'it is no instance of the renamed class');
      checkEqual(after.probes.runs[0]!.context.name, 'Conformance.NewName', 'the name');
    },
  },
  {
    promise: 6,
    title: 'a newer version meets an older process: it is parked, and not run as something else',
    needs: ['durable', 'query', 'delay'],
    async prove({ open }) {
      const newer = await open({ commands: [OtherCommand], worker: false });
      const id = await newer.commands.scheduleNow(new OtherCommand());
      await newer.close();
      const older = await open({ commands: [UnhandledCommand] });
      await older.until('it to be parked', async () => (await older.scheduler.get(id))?.state === 'parked');
      checkEqual(
        (await older.scheduler.get(id))?.command,
        { name: 'Conformance.Unhandled', version: 2 },
        'the command',
      );
    },
  },
];
