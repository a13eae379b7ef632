import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobId, JobState } from 'nestjs-eventflow-jobs';
import { until } from '../support/until.js';
import { type Shop, startShop } from './support/app.js';
import { type OpenPage, expectContent, useBrowser } from './support/browser.js';
import { ENGINES } from './support/engines.js';
import { CancelUnpaidOrderCommand, ChargeCardJob, RenderReportJob, SendReceiptJob } from './support/shop.js';

const browser = useBrowser();

describe.each(ENGINES)('On $name, the dashboard', ({ scheduler: schedulerOf }) => {
  let shop: Shop;
  let opened: OpenPage;
  let page: Page;

  beforeAll(async () => {
    shop = await startShop({ scheduler: await schedulerOf() }, { payloads: true });
    opened = await browser.open(shop.url);
    page = opened.page;
  }, 60_000);
  afterAll(async () => {
    await opened?.page.context().close();
    await shop?.nest.close();
  });

  const stateOf = async (id: JobId) => (await shop.scheduler.get({ id }))?.state;
  const untilState = (id: JobId, state: JobState) =>
    until(async () => (await stateOf(id)) === state, `${id} to be ${state}`);
  const show = (hash: string) => page.goto(`${shop.url}#/${hash}`);
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const notice = (text: string | RegExp) => page.getByRole('log').getByText(text).waitFor();
  const select = async (...ids: JobId[]) => {
    for (const id of ids) await page.getByRole('checkbox', { name: id }).check();
  };
  const confirm = async (name: string) => page.getByRole('dialog').getByRole('button', { name }).click();

  it('finds an entry by its key, and gives it another time and the former one back', async () => {
    const id = await shop.commands.schedule(new CancelUnpaidOrderCommand('1'), '2h', { key: 'order-1' });
    const had = (await shop.scheduler.get({ id }))!.runAt.getTime();
    const runAt = async () => (await shop.scheduler.get({ id }))!.runAt.getTime();
    await page.getByRole('searchbox').fill('order-1');
    await page.keyboard.press('Enter');
    await heading('CancelUnpaidOrder');
    await press('Reschedule…');
    await press('In 1 day');
    await confirm('Reschedule');
    await notice(/^Rescheduled 1 entry to/);
    expect(await runAt()).toBeGreaterThan(had);
    await press('Undo');
    await notice('Gave 1 entry the former time back.');
    expect(await runAt()).toBe(had);
  });

  it('tells of each attempt that failed, and retries', async () => {
    const id = await shop.scheduler.scheduleNow(new ChargeCardJob('2'));
    await untilState(id, 'failed');
    await show(`entries/${id}`);
    await page.getByText('Attempt 2 failed').waitFor();
    await page.getByRole('region', { name: 'Stack of attempt 2' }).getByText('at ChargeCardJob').waitFor();
    await page.getByText('It has failed').waitFor();
    await page.getByRole('region', { name: 'Data' }).getByText('"orderId": "2"').waitFor();
    shop.world.cardsAreDeclined = false;
    await press('Retry');
    await press('Do it now');
    await notice('Retried 1 entry.');
    await untilState(id, 'succeeded');
    // Without another look: the page was told.
    await page.getByText('It has succeeded').waitFor();
  });

  it('shows how far a running entry is, and stops it', async () => {
    const id = await shop.scheduler.scheduleNow(new RenderReportJob('May'));
    await untilState(id, 'running');
    await show(`entries/${id}`);
    await page.getByText('Attempt 1 of 10 is running', { exact: true }).waitFor();
    await page.getByText('42 % · page 21 of 50').waitFor();
    await press('Cancel');
    await press('Do it now');
    await untilState(id, 'cancelled');
    await page.getByText('It was cancelled').waitFor();
  });

  it('runs now what has time, and not what was taken back', async () => {
    const id = await shop.scheduler.schedule(new SendReceiptJob('3'), '1h');
    await show(`entries/${id}`);
    await heading('SendReceipt');
    await press('Run now');
    await press('Undo');
    await page.getByText('Running now: SendReceipt.').waitFor({ state: 'detached' });
    expect(await stateOf(id)).toBe('scheduled');
    await press('Run now');
    await press('Do it now');
    await untilState(id, 'succeeded');
  });

  it('cancels and reschedules several at once, after a question', async () => {
    const ids = await shop.scheduler.scheduleMany(
      ['4', '5', '6', '7'].map((order) => ({
        job: new SendReceiptJob(order),
        when: '3h',
        queue: 'bulk',
      })),
    );
    await show('entries?queue=bulk');
    await select(...ids.slice(0, 2));
    await press('Cancel');
    await page.getByRole('dialog').getByText('Cancel: 2 entries?').waitFor();
    await confirm('Cancel (2)');
    await page.getByRole('row', { name: ids[0]! }).getByText('about to be cancelled').waitFor();
    await press('Do it now');
    await notice('Cancelled 2 entries.');
    expect(await Promise.all(ids.map(stateOf))).toEqual(['cancelled', 'cancelled', 'scheduled', 'scheduled']);

    await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
    await press('Reschedule…');
    await page.getByRole('dialog').getByText('2 entries of your selection are not scheduled').waitFor();
    await press('In 1 day');
    await confirm('Reschedule');
    await notice(/^Rescheduled 2 entries/);
  });

  it('retries and runs now several at once', async () => {
    shop.world.cardsAreDeclined = true;
    const failed = await shop.scheduler.scheduleMany(
      ['8', '9'].map((order) => ({ job: new ChargeCardJob(order), key: `charge-${order}` })),
    );
    for (const id of failed) await untilState(id, 'failed');
    shop.world.cardsAreDeclined = false;
    await show('entries?state=failed&name=ChargeCard');
    for (const key of ['charge-8', 'charge-9']) {
      await page.getByRole('row', { name: key }).getByRole('checkbox').check();
    }
    await press('Retry');
    await confirm('Retry (2)');
    await press('Do it now');
    await notice('Retried 2 entries.');
    for (const id of failed) await untilState(id, 'succeeded');
    // What was done to them took them out of this list.
    await page.getByText('No entry fits these filters.').waitFor();

    const waiting = await shop.scheduler.scheduleMany(
      ['10', '11'].map((order) => ({ job: new SendReceiptJob(order), when: '3h', queue: 'evening' })),
    );
    await show('entries?queue=evening');
    await select(...waiting);
    await press('Run now');
    await confirm('Run now (2)');
    await press('Do it now');
    for (const id of waiting) await untilState(id, 'succeeded');
  });

  it('triggers, pauses, resumes and removes a recurring job', async () => {
    const recurring = async () => (await shop.scheduler.listRecurring()).find(({ id }) => id === 'clean-up');
    await show('recurring');
    await page.getByRole('row', { name: 'clean-up' }).getByRole('cell', { name: '0 3 * * *' }).waitFor();
    await press('Trigger clean-up');
    await press('Do it now');
    await page.getByRole('link', { name: 'Show its entry' }).click();
    await heading('CleanUp');
    await page.getByText('It has succeeded').waitFor();

    await show('recurring');
    await press('Pause clean-up');
    await notice(/^Paused clean-up/);
    expect((await recurring())?.paused).toBe(true);
    await press('Undo');
    await notice('Resumed clean-up.');
    expect((await recurring())?.paused).not.toBe(true);
    await press('Remove clean-up');
    await confirm('Remove');
    await press('Do it now');
    await notice('Removed clean-up.');
    expect(await recurring()).toBeUndefined();
    await page.getByText('Nothing recurs.').waitFor();
  });

  it('pauses one queue or all, and opens them again', async () => {
    const isPaused = async (queue: string) =>
      (await shop.scheduler.queues()).find(({ name }) => name === queue)?.paused ?? false;
    await shop.scheduler.schedule(new SendReceiptJob('12'), '3h', { queue: 'post' });
    await show('queues');
    await press('Pause post');
    await notice(/^Paused post/);
    expect(await isPaused('post')).toBe(true);
    await press('Resume post');
    await notice('Resumed post.');
    expect(await isPaused('post')).toBe(false);
    await press('Pause all');
    await notice(/^Paused every queue/);
    expect(await isPaused('post')).toBe(true);
    const stuck = await shop.scheduler.scheduleNow(new SendReceiptJob('13'), { queue: 'post' });
    await show(`entries/${stuck}`);
    await page.getByText('It is due, but its queue').waitFor();
    await page.getByRole('link', { name: 'Show the queues' }).click();
    await press('Resume all');
    await notice('Resumed every queue.');
    await untilState(stuck, 'succeeded');
  });

  it('shows the workers', async () => {
    await show('workers');
    const row = page.getByRole('row', { name: 'this process' });
    await row.getByText(`process ${process.pid}`).waitFor();
    await row.getByText('0 of 10').waitFor();
  });

  it('has nothing to complain of', () => {
    expectContent(opened);
  });
});
