import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandHandler, EventBus } from '@nestjs/cqrs';
import {
  type EventFlowJobsModuleOptions,
  JobFailedEvent,
  inProcessScheduler,
  instantScheduler,
} from 'nestjs-eventflow-jobs';
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';
import { pgBossScheduler } from 'nestjs-eventflow-jobs/pg-boss';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { captureOutput } from '../hostile/support/output.js';
import { startApp } from '../support/app.js';
import { createDatabase } from '../support/postgres.js';
import { createPrefix } from '../support/redis.js';
import { until } from '../support/until.js';
import {
  GrownJob,
  RefusedJob,
  RefusedLaterJob,
  SecretCommand,
  SecretJob,
  SmallJob,
  ThrownJob,
  ThrownLaterJob,
} from './support/jobs.js';
import { SECRETS, allOf, cleanErrorOf, expectNoSecret } from './support/planted.js';

@CommandHandler(SecretCommand)
class SecretHandler {
  async execute(): Promise<void> {
    throw new Error('the bank is closed');
  }
}

const inFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'jobs.db');
};
const schedulers: Record<string, () => Promise<EventFlowJobsModuleOptions['scheduler']>> = {
  'instantScheduler()': async () => instantScheduler(),
  'inProcessScheduler()': async () => inProcessScheduler(),
  'sqliteScheduler()': async () => sqliteScheduler({ file: inFolder() }),
  'pgBossScheduler()': async () => pgBossScheduler({ connectionString: await createDatabase() }),
  'bullMqScheduler()': async () => bullMqScheduler(await createPrefix()),
};

/** An app in which everything that can be told about entries is written down. */
async function start(scheduler: EventFlowJobsModuleOptions['scheduler']) {
  const jobs = [SecretJob, SmallJob, GrownJob, RefusedJob, ThrownJob, RefusedLaterJob, ThrownLaterJob];
  const app = await startApp({ scheduler, jobs }, { providers: [SecretHandler] });
  const output = captureOutput();
  onTestFinished(() => output.release());
  const told: string[] = [];
  app.events.all$.subscribe(({ error, ...event }) => {
    // What a job throws is the app's own; what we make of it is in the log and in the store.
    told.push(allOf(event), error?.constructor === Error ? error.message : allOf(error));
  });
  const failed: string[] = [];
  app.nest.get(EventBus).subscribe((event) => {
    if (event instanceof JobFailedEvent) failed.push(allOf(event.entry.lastError));
  });
  return { ...app, output, told, failed };
}

describe.each(Object.entries(schedulers))('%s', (_, scheduler) => {
  it('writes no payload, token or metadata into any log, event or error of entries that run, fail or are parked', async () => {
    const { scheduler: jobs, commands, output, told, failed } = await start(await scheduler());
    const options = { attempts: 2, timeout: 100, backoff: { type: 'fixed', delay: 1 } } as const;
    const metadata = { tenant: SECRETS.metadata };
    const can = (capability: 'query') => jobs.capabilities.has(capability);

    const ids: string[] = [];
    for (const ending of ['well', 'throws', 'discards', 'snoozes', 'hangs'] as const)
      ids.push(await jobs.scheduleNow(new SecretJob(ending), { ...options, metadata }));
    ids.push(await commands.scheduleNow(new SecretCommand(SECRETS.payload), { ...options, metadata }));
    for (const Type of [SmallJob, RefusedLaterJob, ThrownLaterJob])
      ids.push(await jobs.scheduleNow(new Type(SECRETS.token), { metadata }));

    if (can('query')) {
      await until(async () => {
        const { failed: ended, parked, succeeded } = await jobs.counts();
        return ended === 4 && parked === 3 && succeeded === 1;
      }, 'all to end');
      for (const id of ids) {
        expectNoSecret((await jobs.explain(id)).text);
        expectNoSecret(allOf((await jobs.get(id))!.lastError));
      }
    }
    await until(() => failed.length >= 4, 'the failures to be told');
    expect(output.text()).toMatch(/the mail server is down/);
    expect(output.text()).toMatch(/the bank is closed/);
    expect(output.text()).toMatch(/quotes the data, and is left out here/);
    expectNoSecret(output.text());
    expectNoSecret(told.join('\n'));
    expectNoSecret(failed.join('\n'));
  });

  it('refuses data by the path to it and not by what lies there', async () => {
    const { scheduler: jobs, output } = await start(await scheduler());
    const culprits: unknown[] = [
      () => SECRETS.payload,
      Symbol(SECRETS.payload),
      new Error(SECRETS.payload),
      Buffer.from(SECRETS.payload),
      { [Symbol('x')]: SECRETS.payload },
      SECRETS.payload.repeat(100_000),
    ];
    for (const extra of culprits) {
      const job = Object.assign(new SecretJob('well'), { extra: { at: [extra] } });
      const error = await cleanErrorOf(() => jobs.scheduleNow(job, { metadata: { a: SECRETS.metadata } }));
      expect(error).toMatchObject({ path: expect.stringMatching(/^extra/) });
    }
    for (const Type of [RefusedJob, ThrownJob]) {
      const error = await cleanErrorOf(() => jobs.scheduleNow(new Type(SECRETS.token)));
      expect(error.message).toMatch(/(Refused|Thrown)Job/);
    }
    const metadata = { tenant: [SECRETS.metadata] } as never;
    expect((await cleanErrorOf(() => jobs.scheduleNow(new SecretJob('well'), { metadata }))).message).toMatch(
      /metadata\.tenant/,
    );
    expectNoSecret(output.text());
  });
});
