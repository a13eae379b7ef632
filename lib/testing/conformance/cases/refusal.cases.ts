import { JobNotRegisteredError } from '../../../jobs/jobs.errors.js';
import { CAPABILITIES } from '../../../scheduling/capability.js';
import { InvalidScheduleError } from '../../../scheduling/invalid-schedule.error.js';
import { UnsupportedOperationError } from '../../../scheduling/scheduling.errors.js';
import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkNone, checkRejects } from '../expect.js';
import type { Lab } from '../lab.js';
import { ProbeJob, StrangerJob, UnhandledCommand } from '../probe.job.js';

const WRONG_TIMES: unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  new Date(Number.NaN),
  'soon',
  '',
  null,
  undefined,
  {},
  true,
];
const WRONG_KEYS: unknown[] = ['', 'x'.repeat(256), 5, null];

async function checkNothingStored(lab: Lab): Promise<void> {
  await lab.elapse(50);
  checkNone(lab.probes.names, 'something ran although it was refused');
  checkNone(
    lab.events.filter(({ type }) => type === 'scheduled'),
    'something was scheduled although it was refused',
  );
}

export const refusalCases: CaseDefinition[] = [
  {
    promise: 4,
    title: 'an invalid time is an InvalidScheduleError, and nothing is stored',
    needs: ['delay'],
    async prove({ open }) {
      const lab = await open();
      for (const wrong of WRONG_TIMES) {
        await checkRejects(
          InvalidScheduleError,
          () => lab.scheduler.schedule(new ProbeJob('a'), wrong as Date),
          `schedule at ${String(wrong)}`,
        );
      }
      await checkNothingStored(lab);
    },
  },
  {
    promise: 4,
    title: 'an invalid key is an InvalidScheduleError, and nothing is stored',
    needs: ['key'],
    async prove({ open }) {
      const lab = await open();
      for (const wrong of WRONG_KEYS) {
        await checkRejects(
          InvalidScheduleError,
          () => lab.scheduler.scheduleNow(new ProbeJob('a'), { key: wrong as string }),
          `schedule with the key ${String(wrong)}`,
        );
      }
      await checkNothingStored(lab);
      const longest = await lab.scheduler.scheduleNow(new ProbeJob('b'), { key: 'ü'.repeat(255) });
      await lab.until('the longest key', () => lab.probes.of('b').length === 1);
      check(longest, 'a key of 255 characters has no id');
    },
  },
  {
    promise: 4,
    title: 'a class that is not registered is a JobNotRegisteredError, and nothing is stored',
    needs: [],
    async prove({ open }) {
      const lab = await open();
      await checkRejects(
        JobNotRegisteredError,
        () => lab.scheduler.scheduleNow(new StrangerJob('a')),
        'an unregistered job',
      );
      await checkRejects(
        JobNotRegisteredError,
        () => lab.commands.scheduleNow(new UnhandledCommand()),
        'an unregistered command',
      );
      await checkNothingStored(lab);
    },
  },
  {
    promise: 4,
    title: 'a policy or metadata that makes no sense is an InvalidScheduleError, and nothing is stored',
    needs: [],
    async prove({ open }) {
      const lab = await open();
      for (const wrong of [
        { attempts: 0 },
        { attempts: 1.5 },
        { priority: Number.NaN },
        { queue: '' },
        { timeout: 0 },
        { timeout: 'soon' },
        { backoff: { type: 'quadratic', delay: 1 } },
        { backoff: { type: 'fixed', delay: -1 } },
        { backoff: { type: 'fixed', delay: 1, jitter: 2 } },
        { metadata: { number: 1 } },
        { onConflict: 'ignore' },
      ]) {
        await checkRejects(
          InvalidScheduleError,
          () => lab.scheduler.scheduleNow(new ProbeJob('a'), wrong as object),
          `schedule with ${JSON.stringify(wrong)}`,
        );
      }
      await checkNothingStored(lab);
    },
  },
  {
    promise: 13,
    title: 'it declares the capabilities that it was said to have',
    needs: [],
    async prove({ open, capabilities }) {
      const lab = await open();
      checkEqual(
        [...lab.scheduler.capabilities].toSorted(),
        [...capabilities].toSorted(),
        'the capabilities',
      );
    },
  },
  {
    promise: 13,
    title: 'an app that requires a capability which is missing does not start; with those declared it does',
    needs: [],
    async prove({ open, capabilities }) {
      await open({ require: [...capabilities] });
      const missing = CAPABILITIES.find((one) => !capabilities.has(one));
      if (missing === undefined) return;
      const error = await checkRejects(
        UnsupportedOperationError,
        () => open({ require: [missing] }),
        'the start',
      );
      check(error.message.includes(`'${missing}'`), 'the error does not name the capability');
    },
  },
  {
    promise: 13,
    title: 'a call that it cannot serve is an UnsupportedOperationError that names a scheduler which can',
    needs: [],
    async prove({ open, capabilities }) {
      const lab = await open();
      const { scheduler } = lab;
      const calls: [Parameters<typeof capabilities.has>[0], () => Promise<unknown>][] = [
        ['cancel', () => scheduler.cancel('id')],
        ['reschedule', () => scheduler.reschedule('id', 1)],
        ['retry', () => scheduler.retry('id')],
        ['query', () => scheduler.get('id')],
        ['query', () => scheduler.list()],
        ['query', () => scheduler.counts()],
        ['query', () => scheduler.explain('id')],
        ['recurring', () => scheduler.scheduleRecurring('id', new ProbeJob('a'), { every: '1h' })],
        ['recurring', () => scheduler.removeRecurring('id')],
        ['recurring', () => scheduler.listRecurring()],
        ['pause', () => scheduler.pause()],
        ['pause', () => scheduler.resume()],
        ['transaction', () => scheduler.scheduleNow(new ProbeJob('a'), { transaction: {} })],
      ];
      for (const [capability, call] of calls) {
        if (capabilities.has(capability)) continue;
        const error = await checkRejects(
          UnsupportedOperationError,
          call,
          `a call that needs '${capability}'`,
        );
        check(/\w+Scheduler\(\)/.test(error.message), `no scheduler that can is named: ${error.message}`);
      }
      checkNone(lab.probes.names, 'it ran');
    },
  },
];
