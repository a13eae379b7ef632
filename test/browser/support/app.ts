import type { INestApplication } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  CommandScheduler,
  EventFlowJobsModule,
  type EventFlowJobsModuleOptions,
  JobScheduler,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { JobsDashboardModule, type JobsDashboardModuleOptions } from 'nestjs-eventflow-jobs/dashboard';
import { SHOP_JOBS, ShopModule, World } from './shop.js';

export interface Shop {
  readonly nest: INestApplication;
  readonly scheduler: JobScheduler;
  readonly commands: CommandScheduler;
  readonly world: World;
  /** Of the dashboard, with a slash at its end. */
  readonly url: string;
}

/** A running shop with a dashboard. Whoever starts it closes it. */
export async function startShop(
  jobs: EventFlowJobsModuleOptions = {},
  dashboard: JobsDashboardModuleOptions = {},
  port = 0,
): Promise<Shop> {
  const module = await Test.createTestingModule({
    imports: [
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot({
        scheduler: inProcessScheduler(),
        jobs: SHOP_JOBS,
        shutdownTimeout: 0,
        ...jobs,
      }),
      JobsDashboardModule.forRoot(dashboard),
      ShopModule,
    ],
  }).compile();
  const nest = module.createNestApplication({ logger: false });
  await nest.listen(port, '127.0.0.1');
  return {
    nest,
    scheduler: nest.get(JobScheduler),
    commands: nest.get(CommandScheduler),
    world: nest.get(World),
    url: `${(await nest.getUrl()).replace('[::1]', '127.0.0.1')}/jobs/`,
  };
}
