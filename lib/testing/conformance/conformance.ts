import type { CaseDefinition } from './case-definition.js';
import { dataCases } from './cases/data.cases.js';
import { deployCases } from './cases/deploy.cases.js';
import { keyCases } from './cases/key.cases.js';
import { lifeCases } from './cases/life.cases.js';
import { managingCases } from './cases/managing.cases.js';
import { outageCases } from './cases/outage.cases.js';
import { queueCases } from './cases/queue.cases.js';
import { recurringCases } from './cases/recurring.cases.js';
import { refusalCases } from './cases/refusal.cases.js';
import { retryCases } from './cases/retry.cases.js';
import { steeringCases } from './cases/steering.cases.js';
import { timeCases } from './cases/time.cases.js';
import { transactionCases } from './cases/transaction.cases.js';
import { fail } from './expect.js';
import { Lab } from './lab.js';
import type { ConformanceCase, ConformanceSubject } from './subject.js';

const ALL: readonly CaseDefinition[] = [
  ...lifeCases,
  ...timeCases,
  ...managingCases,
  ...steeringCases,
  ...refusalCases,
  ...dataCases,
  ...deployCases,
  ...keyCases,
  ...retryCases,
  ...queueCases,
  ...recurringCases,
  ...outageCases,
  ...transactionCases,
].toSorted((a, b) => a.promise - b.promise);

/**
 * The promises that hold on every scheduler, as cases for the test runner of your choice. A case is skipped only
 * because a capability that it needs is not declared.
 *
 * @example
 * ```ts
 * for (const { name, skip, run } of jobSchedulerConformance(subject)) {
 *   it.skipIf(skip !== undefined)(name, run);
 * }
 * ```
 * @publicApi
 */
export function jobSchedulerConformance(subject: ConformanceSubject): ConformanceCase[] {
  const capabilities = new Set(subject.capabilities);
  const cases = ALL.map((definition) => {
    const { promise, title, needs } = definition;
    const missing = needs.find((one) => !capabilities.has(one));
    return {
      name: `${promise}. ${title}`,
      needs,
      ...(missing !== undefined && { skip: `${subject.name} does not declare '${missing}'` }),
      run: () => prove(subject, definition),
    };
  });
  return [...cases, ...unproved(subject, cases)];
}

/** A capability is not declared on trust: where no case could prove it, that is a failure. */
function unproved(subject: ConformanceSubject, cases: readonly ConformanceCase[]): ConformanceCase[] {
  const proved = new Set(cases.filter(({ skip }) => skip === undefined).flatMap(({ needs }) => needs));
  return subject.capabilities
    .filter((capability) => !proved.has(capability))
    .map((capability) => ({
      name: `13. the declared capability '${capability}' can be proved`,
      needs: [capability],
      run: async () => {
        const [needs] = cases
          .filter((one) => one.needs.includes(capability))
          .map((one) => one.needs.join("', '"));
        fail(
          `no case could prove '${capability}': declare what goes with it too ('${needs}'), or do not declare it`,
        );
      },
    }));
}

async function prove(subject: ConformanceSubject, definition: CaseDefinition): Promise<void> {
  const store = await subject.setUp();
  const labs: Lab[] = [];
  try {
    await definition.prove({
      store,
      capabilities: new Set(subject.capabilities),
      open: async (options) => {
        const lab = await Lab.open(store, options);
        labs.push(lab);
        return lab;
      },
    });
  } finally {
    for (const lab of labs) await lab.close();
    await store.tearDown?.();
  }
}
