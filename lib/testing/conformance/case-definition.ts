import type { EventFlowJobsModuleOptions } from '../../eventflow-jobs.options.js';
import type { Capability } from '../../scheduling/capability.js';
import type { Lab } from './lab.js';
import type { ConformanceStore } from './subject.js';

/** What a case gets: an empty store, and apps on it that are closed when the case ends. */
interface Bench {
  readonly store: ConformanceStore;
  readonly capabilities: ReadonlySet<Capability>;
  readonly open: (options?: EventFlowJobsModuleOptions) => Promise<Lab>;
}

export interface CaseDefinition {
  /** From 1 to 13: which of the promises. */
  readonly promise: number;
  readonly title: string;
  readonly needs: readonly Capability[];
  prove(bench: Bench): Promise<void>;
}
