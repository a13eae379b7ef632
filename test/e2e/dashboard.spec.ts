import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  EventFlowJobsModule,
  type Job,
  JobScheduler,
  JobVersion,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { JobsDashboardModule } from 'nestjs-eventflow-jobs/dashboard';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../support/until.js';

@JobVersion('Greet', 1)
class GreetJob implements Job {
  execute() {}
}

describe('the dashboard', () => {
  it('is guarded, shows and steers what is scheduled, tells what happens, and ends with the app', async () => {
    const guard = {
      canActivate: (context: any) => context.switchToHttp().getRequest().headers.known === 'yes',
    };
    const module = await Test.createTestingModule({
      imports: [
        CqrsModule.forRoot(),
        EventFlowJobsModule.forRoot({ jobs: [GreetJob], scheduler: inProcessScheduler() }),
        JobsDashboardModule.forRoot({ path: 'jobs', guards: [guard] }),
      ],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    onTestFinished(() => app.close());
    app.setGlobalPrefix('ops');
    await app.listen(0, '127.0.0.1');
    const dashboard = `${await app.getUrl()}/ops/jobs`;
    const headers = { known: 'yes', 'content-type': 'application/json', 'x-eventflow-jobs': '1' };
    const scheduler = app.get(JobScheduler);

    expect((await fetch(`${dashboard}/api/overview`)).status).toBe(403);
    const bare = await fetch(dashboard, { headers, redirect: 'manual' });
    expect([bare.status, bare.headers.get('location')]).toEqual([302, './jobs/']);
    expect([200, 503]).toContain((await fetch(`${dashboard}/`, { headers })).status); // built or not

    const events = await fetch(`${dashboard}/api/events`, { headers });
    let told = '';
    const reading = (async () => {
      for await (const text of events.body!.pipeThrough(new TextDecoderStream())) told += text;
    })().catch(() => {});
    await until(() => told.includes('event: overview'), 'the overview');

    const id = await scheduler.schedule(new GreetJob(), '1h');
    const { entries } = (await (await fetch(`${dashboard}/api/entries`, { headers })).json()) as any;
    expect(entries.map((entry: any) => entry.id)).toEqual([id]);
    const body = JSON.stringify({ action: 'run-now', ids: [id] });
    const action = await fetch(`${dashboard}/api/entries/actions`, { method: 'POST', headers, body });
    expect(await action.json()).toEqual({ results: [{ id, done: true }] });
    await until(() => told.includes('"type":"succeeded"'), 'the end of the run');

    await app.close();
    await reading;
  });
});
