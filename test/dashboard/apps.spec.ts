import { createServer, request as ask } from 'node:http';
import {
  type CallHandler,
  Catch,
  type ExceptionFilter,
  Module,
  type NestInterceptor,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule, JobEvents, JobScheduler, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { JobsDashboardModule } from 'nestjs-eventflow-jobs/dashboard';
import { map } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../tools/servers/port.mjs';
import { errorOf, startModules } from '../support/app.js';
import { until } from '../support/until.js';
import { PLATFORMS, startDashboard } from './support/dashboard.js';
import { listen } from './support/events.js';
import { GreetJob, JOBS } from './support/jobs.js';

class Wrapping implements NestInterceptor {
  intercept(_: unknown, next: CallHandler) {
    return next.handle().pipe(map((data) => ({ data, wrapped: true })));
  }
}

@Catch()
class Swallowing implements ExceptionFilter {
  catch(_: unknown, host: any) {
    const reply = host.switchToHttp().getResponse();
    reply.status(418).send('swallowed');
  }
}

const UI = { 'index.html': '<!doctype html>', 'assets/a-1.js': 'start()' };

/** Puts everything that it is asked for below `/tools/` in front of an app that knows nothing of it. */
async function startProxy(app: string): Promise<string> {
  const { hostname, port } = new URL(app);
  const server = createServer((incoming, outgoing) => {
    const { host } = incoming.headers;
    const headers = { ...incoming.headers, host: 'inner.example', 'x-forwarded-host': host };
    const path = incoming.url!.replace(/^\/tools/, '');
    const asked = ask({ hostname, port, path, method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(asked);
  });
  const own = await freePort();
  await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${own}/tools`;
}

describe.each(PLATFORMS)('the dashboard in an app, on %s', (platform) => {
  it("keeps its form whatever the app's own pipes, interceptors and filters do", async () => {
    const { get, post, scheduler, url } = await startDashboard({
      platform,
      ui: UI,
      jobs: { jobs: JOBS },
      configure(nest) {
        nest.useGlobalPipes(
          new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }),
        );
        nest.useGlobalInterceptors(new Wrapping());
        nest.useGlobalFilters(new Swallowing());
      },
    });
    const id = await scheduler.schedule(new GreetJob(), '1h');
    expect((await get('/')).body).toBe(UI['index.html']);
    expect((await get('/api/entries?state=scheduled&unknown=1')).body.entries[0].id).toBe(id);
    expect((await get('/api/entries/missing')).body.error.name).toBe('NotFoundError');
    expect((await post('/api/entries/actions', { action: 'cancel', ids: [id], unknown: 1 })).body).toEqual({
      results: [{ id, done: true }],
    });
    const page = await listen(`${url}/api/events`);
    await until(() => page.of('overview').length > 0, 'the overview');
    expect(page.of('overview')[0].counts.cancelled).toBe(1);
  });

  it('works behind a proxy with a prefix that the app knows nothing of', async () => {
    const { nest, scheduler } = await startDashboard({ platform, ui: UI, jobs: { jobs: JOBS } });
    const proxy = await startProxy(await nest.getUrl());
    const id = await scheduler.schedule(new GreetJob(), '1h');

    // As a browser does: it follows the redirect, and asks for all else relative to where it came out.
    const page = await fetch(`${proxy}/jobs`);
    expect(page.url).toBe(`${proxy}/jobs/`);
    expect(await (await fetch(new URL('./assets/a-1.js', page.url))).text()).toBe('start()');
    const action = await fetch(new URL('./api/entries/actions', page.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-eventflow-jobs': '1',
        'sec-fetch-site': 'same-origin',
        origin: new URL(proxy).origin,
      },
      body: JSON.stringify({ action: 'cancel', ids: [id] }),
    });
    expect(await action.json()).toEqual({ results: [{ id, done: true }] });
    const events = await listen(new URL('./api/events', page.url).href);
    await until(() => events.of('overview').length > 0, 'the overview');
  });

  it('is asked for its options by a factory too', async () => {
    const { nest } = await startDashboard({
      platform,
      jobs: { jobs: JOBS },
      metadata: {
        imports: [
          JobsDashboardModule.forRootAsync({
            path: 'later',
            guards: [{ canActivate: () => true }],
            inject: [JobEvents],
            useFactory: async (events: JobEvents) => ({
              readOnly: events instanceof JobEvents,
              payloads: true,
            }),
          }),
        ],
      },
    });
    const overview = await fetch(`${await nest.getUrl()}/later/api/overview`);
    expect(await overview.json()).toMatchObject({ readOnly: true, payloads: true });
  });
});

describe('the dashboard in an app', () => {
  it('starts where there are no requests', async () => {
    @Module({
      imports: [
        CqrsModule.forRoot(),
        EventFlowJobsModule.forRoot({ jobs: JOBS, scheduler: inProcessScheduler() }),
        JobsDashboardModule.forRoot(),
      ],
    })
    class WorkerModule {}
    const app = await NestFactory.createApplicationContext(WorkerModule, { logger: false });
    onTestFinished(() => app.close());
    expect(await app.get(JobScheduler).counts()).toMatchObject({ scheduled: 0 });
  });

  it('needs EventFlowJobsModule', async () => {
    const error = await errorOf(() => startModules([JobsDashboardModule.forRoot()]));
    expect(error.message).toMatch(/JobScheduler|JobEvents/);
  });
});
