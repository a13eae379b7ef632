import type { CaseDefinition } from '../case-definition.js';
import { check, checkEqual, checkNone, fail } from '../expect.js';
import { ProbeJob } from '../probe.job.js';
import type { ConformanceStore } from '../subject.js';

function transactionOf(store: ConformanceStore): NonNullable<ConformanceStore['transaction']> {
  if (store.transaction) return store.transaction.bind(store);
  return fail("'transaction' is declared, but the subject's store has no transaction() to prove it with");
}

export const transactionCases: CaseDefinition[] = [
  {
    promise: 3,
    title: "what is scheduled in the caller's transaction is there after its commit, and not seen before",
    needs: ['transaction', 'query'],
    async prove({ open, store }) {
      const lab = await open();
      let id = '';
      await transactionOf(store)('commit', async (transaction) => {
        id = await lab.scheduler.scheduleNow(new ProbeJob('a'), { transaction });
        await new Promise((resolve) => setTimeout(resolve, 100));
        checkNone(lab.probes.names, 'it ran before the commit');
      });
      check(id, 'there is no id');
      await lab.until('it to run after the commit', () => lab.probes.runs.length === 1);
    },
  },
  {
    promise: 3,
    title: "what is scheduled in the caller's transaction was never there after its rollback",
    needs: ['transaction', 'query'],
    async prove({ open, store }) {
      const lab = await open();
      const ids: string[] = [];
      await transactionOf(store)('rollback', async (transaction) => {
        ids.push(await lab.scheduler.scheduleNow(new ProbeJob('a'), { transaction }));
        ids.push(...(await lab.scheduler.scheduleMany([{ job: new ProbeJob('b') }], { transaction })));
      });
      await lab.elapse(200);
      checkNone(lab.probes.names, 'it ran');
      checkNone(
        lab.events.map(({ type }) => type),
        'there are events of what never was',
      );
      for (const id of ids) checkEqual(await lab.scheduler.get(id), undefined, 'the entry');
    },
  },
  {
    promise: 3,
    title: 'an attempt gets the open transaction in which its completion is written',
    needs: ['transactional-work'],
    async prove({ open }) {
      const lab = await open();
      await lab.scheduler.scheduleNow(new ProbeJob('a'));
      await lab.until('it to run', () => lab.probes.runs.length === 1);
      check(lab.probes.runs[0]!.context.transaction !== undefined, 'context.transaction is undefined');
    },
  },
];
