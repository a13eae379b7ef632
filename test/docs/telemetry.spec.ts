import { readFileSync } from 'node:fs';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CommandScheduler, JobScheduler } from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  endedSpans,
  forgetSpans,
  registerMetrics,
  registerTracing,
  spanNamed,
} from '../opentelemetry/support/telemetry.js';
import { AppModule, ConfiguredModule, SendReminderCommand } from './telemetry.snippets.js';

const document = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
registerTracing();
beforeEach(forgetSpans);

async function start(module: Type) {
  const metrics = registerMetrics();
  const testing = await Test.createTestingModule({ imports: [module] })
    .overrideProvider(JobScheduler)
    .useClass(TestJobScheduler)
    .compile();
  const app = await testing.createNestApplication({ logger: false }).init();
  onTestFinished(() => app.close());
  return {
    metrics,
    commands: app.get(CommandScheduler),
    scheduler: app.get<TestJobScheduler>(JobScheduler),
  };
}

describe('docs/telemetry.md', () => {
  it('traces and measures with one line', async () => {
    const { commands, scheduler, metrics } = await start(AppModule);
    await commands.schedule(new SendReminderCommand('42'), '7 days');
    await scheduler.advanceBy('7 days');
    await spanNamed('schedule default');
    await spanNamed('process default');

    // Every name that there is stands in the document.
    const names = (await metrics.all()).map(({ descriptor }) => descriptor.name);
    expect(names).toHaveLength(7);
    const attributes = endedSpans().flatMap((span) => Object.keys(span.attributes));
    for (const name of [...names, ...attributes]) expect(document).toContain(`\`${name}\``);
  });

  it('is told more by options, and by an interceptor further in', async () => {
    const { commands, scheduler } = await start(ConfiguredModule);
    await commands.scheduleNow(new SendReminderCommand('42'), {
      key: 'reminder:42',
      metadata: { tenant: 'acme' },
    });
    await scheduler.runDue();
    expect((await spanNamed('process SendReminderCommand')).attributes).toMatchObject({
      'eventflow.job.key': 'reminder:42',
      'app.tenant': 'acme',
    });
  });
});
