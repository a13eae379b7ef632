import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import type { Job } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { startApp } from '../support/app.js';
import { until } from '../support/until.js';
import * as before from './deploys-and-versions.before.snippets.js';
import {
  CollectInvoicesJob,
  MailInvoiceJob,
  SendInvoiceJob,
  done,
  whyParked,
} from './deploys-and-versions.snippets.js';

let file: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  file = join(folder, 'jobs.db');
  done.length = 0;
});
/** A process of a release that has these jobs. */
const release = (...jobs: Type<Job>[]) => startApp({ jobs, scheduler: sqliteScheduler({ file }) });

async function storedByTheOldRelease() {
  const old = await release(before.SendInvoiceJob);
  const id = await old.scheduler.schedule(new before.SendInvoiceJob('42', 7), '1h');
  await old.nest.close();
  return id;
}

it('an entry of the old release runs under the new version', async () => {
  const id = await storedByTheOldRelease();
  const { scheduler } = await release(SendInvoiceJob);
  await scheduler.reschedule(id, 0);
  await until(() => done.length > 0, 'the invoice');
  expect(done).toEqual(['42: 700 cents, version 2']);
});

it('an entry of the old name runs under the new one', async () => {
  const id = await storedByTheOldRelease();
  const { scheduler } = await release(MailInvoiceJob);
  await scheduler.reschedule(id, 0);
  await until(() => done.length > 0, 'the invoice');
  expect(done).toEqual(['42: 7 euros, as MailInvoice']);
});

it('both releases at once: what the old one does not know waits for the new one, and nothing is lost', async () => {
  const old = await release(before.SendInvoiceJob);
  const fresh = await release(SendInvoiceJob);
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    ids.push(await old.scheduler.scheduleNow(new before.SendInvoiceJob(`old-${i}`, 1)));
    ids.push(await fresh.scheduler.scheduleNow(new SendInvoiceJob(`new-${i}`, 100)));
  }
  await until(async () => (await fresh.scheduler.counts()).succeeded === ids.length, 'all of them');
  for (const id of ids)
    expect(await fresh.scheduler.get(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
  // What is new ran in the new release only.
  const newOnes = done.filter((line) => line.startsWith('new-')).toSorted();
  expect(newOnes).toEqual([0, 1, 2, 3, 4].map((i) => `new-${i}: 100 cents, version 2`));
});

it('after a deploy back the newer entries are parked, say why, and run after the deploy forwards', async () => {
  const fresh = await release(SendInvoiceJob);
  const id = await fresh.scheduler.schedule(new SendInvoiceJob('42', 700), '1h');
  await fresh.nest.close();

  const old = await release(before.SendInvoiceJob);
  await old.scheduler.reschedule(id, 0);
  await until(async () => (await old.scheduler.get(id))?.state === 'parked', 'it to be parked');
  expect(await whyParked(old.scheduler)).toEqual([expect.stringContaining("'SendInvoice' version 2")]);
  expect(await old.scheduler.get(id)).toMatchObject({ attempt: 0 });
  await old.nest.close();

  await release(SendInvoiceJob);
  await until(() => done.length > 0, 'the invoice');
  expect(done).toEqual(['42: 700 cents, version 2']);
});

it('a recurring job comes with the release that declares it', async () => {
  const { scheduler } = await release(CollectInvoicesJob);
  expect(await scheduler.listRecurring()).toMatchObject([{ id: 'collect-invoices' }]);
  await scheduler.triggerRecurring('collect-invoices');
  await until(() => done.length > 0, 'the tick');
});
