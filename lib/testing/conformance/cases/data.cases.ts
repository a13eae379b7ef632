import { JobSerializationError } from '../../../serialization/job-serialization.error.js';
import { isDeepStrictEqual } from 'node:util';
import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkNone, checkRejects } from '../expect.js';
import { ProbeCommand, ProbeJob, ProbeValue } from '../probe.job.js';

const richData = () => ({
  date: new Date('2027-01-01T00:00:00.123Z'),
  map: new Map<unknown, unknown>([
    ['a', 1],
    [{ deep: new Date(0) }, new Set([1n, 2n])],
  ]),
  set: new Set(['x', new Date(5)]),
  big: 123456789012345678901234567890n,
  nothing: undefined,
  empty: null,
  odd: [Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  value: new ProbeValue(5n),
  nested: { values: [new ProbeValue(1n), { inner: new ProbeValue(2n) }] },
  text: 'Grüße 👋 \u0000 \uD800 "quoted" \\ \n',
  'a.dotted key': true,
  bytes: new Uint8Array([0, 127, 255]),
  pattern: /a+/gi,
  url: new URL('https://example.com/?q=1'),
});

export const dataCases: CaseDefinition[] = [
  {
    promise: 5,
    title: 'what comes back in a job is what went in, at the first attempt and at the next',
    needs: ['retry'],
    async prove({ open }) {
      const lab = await open();
      const job = new ProbeJob('a', richData());
      lab.probes.on('a', ({ attempt, probe }) => {
        (probe as { payload?: unknown }).payload &&= Object.assign(probe.payload as object, {
          spoilt: attempt,
        });
        if (attempt === 1) throw new Error('again');
      });
      const seen: unknown[] = [];
      const original = lab.probes.run.bind(lab.probes);
      lab.probes.run = (probe, context) => {
        seen.push(isDeepStrictEqual(probe, job));
        return original(probe, context);
      };
      await lab.scheduler.scheduleNow(job, { backoff: { type: 'fixed', delay: 1 } });
      await lab.until('both attempts', () => seen.length === 2);
      checkEqual(seen, [true, true], 'whether the data were equal');
      check(
        lab.probes.runs.every(({ probe }) => probe instanceof ProbeJob && probe !== job),
        'no fresh instance',
      );
    },
  },
  {
    promise: 5,
    title: 'what comes back in a command is what went in',
    needs: [],
    async prove({ open }) {
      const lab = await open();
      const command = new ProbeCommand('a', richData());
      await lab.commands.scheduleNow(command);
      await lab.until('the command', () => lab.probes.runs.length === 1);
      const { probe } = lab.probes.runs[0]!;
      check(probe instanceof ProbeCommand, 'it is no instance of its class');
      check(isDeepStrictEqual(probe, command), 'its data changed on the way');
      check(probe !== command, 'it is the very instance, no copy');
    },
  },
  {
    promise: 5,
    title: 'later changes to the instance do not reach what was scheduled',
    needs: [],
    async prove({ open }) {
      const lab = await open();
      const payload = { list: [1] };
      const scheduled = lab.scheduler.scheduleNow(new ProbeJob('a', payload));
      await scheduled;
      payload.list.push(2);
      await lab.until('the job', () => lab.probes.runs.length === 1);
      checkEqual(lab.probes.runs[0]!.probe.payload, { list: [1] }, 'the data');
    },
  },
  {
    promise: 5,
    title: 'data that would change on the way is refused with its path, and nothing is stored',
    needs: [],
    async prove({ open }) {
      const lab = await open();
      class Unregistered {}
      const refused: [string, unknown][] = [
        ['payload.items[1].price', { items: [{}, { price: new Unregistered() }] }],
        ['payload.call', { call: () => 1 }],
        ['payload.when', { when: new Date(Number.NaN) }],
        ['payload.list[1]', { list: [1, Symbol('x')] }],
        ['payload.later', { later: Promise.resolve() }],
      ];
      for (const [path, payload] of refused) {
        const make = [
          () => lab.scheduler.scheduleNow(new ProbeJob('a', payload)),
          () => lab.commands.scheduleNow(new ProbeCommand('a', payload)),
        ];
        for (const schedule of make) {
          const error = await checkRejects(JobSerializationError, schedule, path);
          checkEqual(error.path, path, 'the path');
          check(error.message.includes(path), 'the message does not name the path');
        }
      }
      await lab.elapse(50);
      checkNone(lab.probes.names, 'it ran although it was refused');
    },
  },
  {
    promise: 5,
    title: 'data over maxPayload is refused, up to it taken',
    needs: [],
    async prove({ open }) {
      const lab = await open({ maxPayload: 10_000 });
      await checkRejects(
        JobSerializationError,
        () => lab.scheduler.scheduleNow(new ProbeJob('a', 'ü'.repeat(5_000))),
        '10,000 bytes and more',
      );
      await lab.scheduler.scheduleNow(new ProbeJob('b', 'x'.repeat(9_500)));
      await lab.until('the smaller one', () => lab.probes.runs.length > 0);
      checkEqual(lab.probes.names, ['b'], 'what ran');
    },
  },
  {
    promise: 5,
    title: 'an entry tells its data and its command',
    needs: ['query', 'delay'],
    async prove({ open }) {
      const lab = await open();
      const job = await lab.scheduler.get(
        await lab.scheduler.schedule(new ProbeJob('a', [new Date(5)]), '1h'),
      );
      checkEqual(job?.data, { name: 'a', payload: [new Date(5)] }, 'the data of a job');
      checkEqual(
        [job?.name, job?.version, job?.command],
        ['Conformance.Probe', 1, undefined],
        'the definition',
      );

      const id = await lab.commands.schedule(new ProbeCommand('b', 7n), '1h');
      const command = await lab.scheduler.get(id);
      checkEqual([command?.name, command?.version], ['PublishCommand', 1], 'the definition');
      checkEqual(command?.command, { name: 'Conformance.ProbeCommand', version: 2 }, 'the command');
      checkEqual(
        command?.data,
        { name: 'Conformance.ProbeCommand', version: 2, data: { name: 'b', payload: 7n } },
        'the data of a command',
      );
    },
  },
];
