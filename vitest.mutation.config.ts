import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { library, shared } from './vitest.config.js';

/** Those that find most mutants in the least time come first: a mutant's tests end with the first one that fails. */
const ORDER = ['/test/jobs/', '/test/worker/', '/test/schedulers/', '/test/commands/', '/test/scheduling/'];

class QuickOnesFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]): ReturnType<BaseSequencer['sort']> {
    const placeOf = (file: string) => {
      if (file.endsWith('property.spec.ts')) return ORDER.length + 1;
      const place = ORDER.findIndex((folder) => file.includes(folder));
      return place === -1 ? ORDER.length : place;
    };
    return files.toSorted(
      (a, b) => placeOf(a.moduleId) - placeOf(b.moduleId) || a.moduleId.localeCompare(b.moduleId),
    );
  }
}

/**
 * What Stryker runs for each mutant: the specs that take no real time. What they leave out, the kit on the in-process
 * scheduler and the end-to-end specs that wait, `npm test` runs.
 */
export default defineConfig({
  ...shared,
  resolve: { alias: library },
  test: {
    ...shared.test,
    include: [
      'test/{commands,engine,fixtures,jobs,scheduling,schedulers,serialization,worker}/*.spec.ts',
      'test/conformance/virtual-time.spec.ts',
      'test/e2e/{hostile-apps,instant,interceptors-and-events,registration,request-scope}.spec.ts',
    ],
    exclude: [
      'test/scheduling/recurring-year.spec.ts',
      'test/fixtures/sqlite-store*.spec.ts',
      'test/engine/{adoption,lists}.spec.ts',
      'test/schedulers/{server-clocks,slept-machine}.spec.ts',
      'test/worker/process-life.spec.ts',
    ],
    // No module is loaded anew for each spec: a mutant costs hardly more than the tests that meet it.
    isolate: false,
    // A mutant that makes a test wait for ever is found out soon, a slow machine not taken for one.
    testTimeout: 10_000,
    sequence: { sequencer: QuickOnesFirst },
  },
});
