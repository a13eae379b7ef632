import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  EventFlowJobsModule,
  type EventFlowJobsModuleOptions,
  JobScheduler,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { JobsDashboardModule, type JobsDashboardModuleOptions } from 'nestjs-eventflow-jobs/dashboard';
import { onTestFinished } from 'vitest';
import { UiFiles } from '../../../lib/dashboard/ui-files.js';

export const PLATFORMS = ['Express', 'Fastify'] as const;
type Platform = (typeof PLATFORMS)[number];

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

export interface TestDashboard {
  readonly nest: INestApplication;
  readonly scheduler: JobScheduler;
  /** Of the dashboard, without a slash at the end. */
  readonly url: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface DashboardSetting {
  platform?: Platform;
  jobs?: EventFlowJobsModuleOptions;
  dashboard?: JobsDashboardModuleOptions;
  metadata?: ModuleMetadata;
  /** Of Fastify. */
  router?: { ignoreTrailingSlash?: boolean };
  /** Before it starts. */
  configure?: (nest: INestApplication) => void;
  /** The built pages: path to text. */
  ui?: Record<string, string>;
  /** Where the app's dashboard is. @default '/jobs' */
  at?: string;
}

/** A running app with a dashboard, listening on a free port; it is closed when the test ends. */
export async function startDashboard({
  platform = 'Express',
  jobs,
  dashboard,
  metadata = {},
  router = {},
  configure,
  ui,
  at = '/jobs',
}: DashboardSetting = {}): Promise<TestDashboard> {
  const building = Test.createTestingModule({
    ...metadata,
    imports: [
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot({ scheduler: inProcessScheduler(), shutdownTimeout: 0, ...jobs }),
      JobsDashboardModule.forRoot(dashboard),
      ...(metadata.imports ?? []),
    ],
  });
  if (ui) building.overrideProvider(UiFiles).useValue(uiOf(ui));
  const module = await building.compile();
  const nest = module.createNestApplication(
    platform === 'Express' ? new ExpressAdapter() : new FastifyAdapter({ routerOptions: router }),
    { logger: false },
  );
  configure?.(nest);
  onTestFinished(() => nest.close());
  await nest.listen(0, '127.0.0.1');
  const url = `${(await nest.getUrl()).replace('[::1]', '127.0.0.1')}${at}`;
  return {
    nest,
    scheduler: nest.get(JobScheduler),
    url,
    get: (path, headers = {}) => ask(`${url}${path}`, { headers, redirect: 'manual' }),
    post: (path, body, headers = {}) =>
      ask(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-eventflow-jobs': '1', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

function uiOf(files: Record<string, string>): Pick<UiFiles, 'all'> {
  const TYPES: Record<string, string> = {
    html: 'text/html; charset=utf-8',
    js: 'text/javascript; charset=utf-8',
  };
  const map = new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      { type: TYPES[path.split('.').at(-1)!] ?? 'image/png', body: Buffer.from(text) },
    ]),
  );
  return { all: async () => map };
}
