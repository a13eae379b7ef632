import { Logger, type OnModuleInit } from '@nestjs/common';
import { UnguardedDashboardError, unguarded } from './unguarded-dashboard.error.js';

/** Looks at start whether a dashboard is open to everybody. */
export class GuardCheck implements OnModuleInit {
  constructor(
    private readonly path: string,
    private readonly guards: number,
  ) {}

  onModuleInit(): void {
    if (this.guards > 0) return;
    if (process.env.NODE_ENV === 'production') throw UnguardedDashboardError.of(this.path);
    new Logger('JobsDashboard').warn(
      `${unguarded(this.path)} Where NODE_ENV is production the app would not start.`,
    );
  }
}
