import { type DynamicModule, Module, type NestModule, type Provider } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  DASHBOARD_OPTIONS,
  DEFAULT_PATH,
  type JobsDashboardModuleAsyncOptions,
  type JobsDashboardModuleOptions,
} from './dashboard.options.js';
import { DashboardRoutes } from './dashboard.routes.js';
import { EntryActions } from './entry-actions.js';
import { EntryViews } from './entry-views.js';
import { GuardCheck } from './guard.check.js';
import { LiveEvents } from './live-events.js';
import { Overview } from './overview.js';
import { Rates } from './rates.js';
import { UiFiles } from './ui-files.js';

/**
 * Pages on which to see what is scheduled, what failed and why, and to steer it; and the JSON interface that they stand
 * on. It works on every scheduler: what one cannot do is told so. Import it beside `EventFlowJobsModule.forRoot()`.
 *
 * @publicApi
 */
@Module({})
export class JobsDashboardModule implements NestModule {
  /** @internal */
  constructor(
    private readonly routes: DashboardRoutes,
    private readonly host: HttpAdapterHost,
  ) {}

  /** @throws {UnguardedDashboardError} when the app starts, without `guards` where `NODE_ENV` is `production`. */
  static forRoot({ payloads, redact, readOnly, ...place }: JobsDashboardModuleOptions = {}): DynamicModule {
    return dashboard(place, { provide: DASHBOARD_OPTIONS, useValue: { payloads, redact, readOnly } });
  }

  /** As {@link JobsDashboardModule.forRoot}, with what is shown said by a factory. */
  static forRootAsync({ inject = [], useFactory, ...place }: JobsDashboardModuleAsyncOptions): DynamicModule {
    return dashboard(place, { provide: DASHBOARD_OPTIONS, inject, useFactory });
  }

  /** Called by Nest just before it reads the routes; `onModuleInit` comes after. */
  configure(): void {
    this.routes.prepare(this.host.httpAdapter);
  }
}

function dashboard(
  {
    path = DEFAULT_PATH,
    guards = [],
    imports = [],
  }: Pick<JobsDashboardModuleOptions, 'path' | 'guards' | 'imports'>,
  options: Provider,
): DynamicModule {
  const at = `/${path.replace(/^\/+|\/+$/g, '')}`;
  const routes = new DashboardRoutes(at, guards);
  return {
    module: JobsDashboardModule,
    imports,
    controllers: routes.controllers,
    providers: [
      options,
      { provide: DashboardRoutes, useValue: routes },
      { provide: GuardCheck, useValue: new GuardCheck(at, guards.length) },
      EntryActions,
      EntryViews,
      LiveEvents,
      Overview,
      Rates,
      UiFiles,
    ],
  };
}
