import { EventFlowJobsError } from '../eventflow-jobs.error.js';

/**
 * A dashboard without a guard, where `NODE_ENV` is `production`.
 *
 * @publicApi
 */
export class UnguardedDashboardError extends EventFlowJobsError {
  static of(path: string): UnguardedDashboardError {
    return new UnguardedDashboardError(
      `${unguarded(path)} The app does not start so where NODE_ENV is production.`,
    );
  }
}

export function unguarded(path: string): string {
  return (
    `JobsDashboardModule at ${path} has no guard: whoever reaches the app could see, cancel and run its jobs. Name the ` +
    'guards of your administrators in `guards` of JobsDashboardModule.forRoot(), global ones too.'
  );
}
