import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { EventFlowJobsModule, JobScheduler, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../support/until.js';
import { AppModule, ChargeCardJob, ofSettings, redacted, retryAllThatFailed } from './dashboard.snippets.js';

const COOKIE = 'session=admin';

async function start(module: any) {
  const app = await NestFactory.create(module, { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const dashboard = `${await app.getUrl()}/jobs`;
  const ask = async (path: string, cookie = COOKIE) => {
    const response = await fetch(`${dashboard}/api${path}`, { headers: { cookie } });
    return { status: response.status, body: (await response.json()) as any };
  };
  return { dashboard, ask, scheduler: app.get(JobScheduler) };
}

function appWith(dashboard: DynamicModule) {
  @Module({
    imports: [
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot({ jobs: [ChargeCardJob], scheduler: inProcessScheduler() }),
      dashboard,
    ],
  })
  class Shown {}
  return Shown;
}

async function failOne(scheduler: JobScheduler): Promise<string> {
  const id = await scheduler.scheduleNow(new ChargeCardJob('7', '4111'), { attempts: 1 });
  await until(async () => (await scheduler.get(id))?.state === 'failed', 'the failure');
  return id;
}

describe('docs/dashboard.md', () => {
  it('lets in whom the guard lets in, and hides data', async () => {
    const { ask, scheduler } = await start(AppModule);
    const id = await failOne(scheduler);
    expect((await ask('/overview', 'session=guest')).status).toBe(403);
    expect((await ask('/overview')).body.counts.failed).toBe(1);
    expect((await ask(`/entries/${id}`)).body.entry).not.toHaveProperty('data');
  });

  it('shows an error whole, unless the hook takes it out', async () => {
    const open = await start(AppModule);
    expect(
      (await open.ask(`/entries/${await failOne(open.scheduler)}`)).body.entry.lastError.message,
    ).toContain('4111');

    const { ask, scheduler } = await start(appWith(redacted));
    const id = await failOne(scheduler);
    const { entry } = (await ask(`/entries/${id}`)).body;
    expect(entry.data).toEqual({ orderId: '7', cardNumber: '…' });
    expect(JSON.stringify([entry, (await ask('/entries')).body])).not.toContain('4111');
  });

  it('takes its options from a factory', async () => {
    const { ask } = await start(appWith(ofSettings));
    expect((await ask('/overview')).body).toMatchObject({ payloads: true, readOnly: true });
  });

  it('can be used by a program', async () => {
    const { dashboard, scheduler } = await start(AppModule);
    const id = await failOne(scheduler);
    expect(await retryAllThatFailed(dashboard, COOKIE)).toEqual([{ id, done: true }]);
  });
});
