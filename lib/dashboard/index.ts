export { JobsDashboardModule } from './dashboard.module.js';
export type {
  JobsDashboardModuleAsyncOptions,
  JobsDashboardModuleOptions,
  JobsDashboardViewOptions,
} from './dashboard.options.js';
export { UnguardedDashboardError } from './unguarded-dashboard.error.js';
