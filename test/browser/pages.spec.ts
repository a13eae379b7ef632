import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantScheduler } from 'nestjs-eventflow-jobs';
import { until } from '../support/until.js';
import { type Shop, startShop } from './support/app.js';
import { expectContent, useBrowser } from './support/browser.js';
import { busyDay } from './support/busy-day.js';
import { SendReceiptJob } from './support/shop.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { viewport: { width: 320, height: 640 }, hasTouch: true };

const browser = useBrowser();
let shop: Shop;
let failed: string;
beforeAll(async () => {
  shop = await startShop();
  await busyDay(shop);
  failed = (await shop.scheduler.list({ state: 'failed', limit: 1 })).entries[0]!.id;
}, 60_000);
afterAll(() => shop?.nest.close());

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

describe('Every page', () => {
  const PAGES: readonly { hash: () => string; title: string; sign: string }[] = [
    { hash: () => 'overview', title: 'Overview', sign: 'Newest that failed' },
    { hash: () => 'entries?state=failed', title: 'Entries', sign: 'ChargeCard' },
    { hash: () => 'entries?state=parked', title: 'Entries', sign: 'Nothing is parked.' },
    { hash: () => `entries/${failed}`, title: 'ChargeCard', sign: 'Failed for good' },
    { hash: () => 'search?q=SendReceipt', title: 'Search', sign: 'SendReceipt' },
    { hash: () => 'recurring', title: 'Recurring jobs', sign: 'clean-up' },
    { hash: () => 'queues', title: 'Queues', sign: 'default' },
    { hash: () => 'workers', title: 'Workers', sign: 'this process' },
    { hash: () => 'nowhere', title: 'Not found', sign: 'There is no such page.' },
  ];
  const LOOKS: Readonly<Record<string, { options: BrowserContextOptions; rules?: string[] }>> = {
    'in light': { options: { colorScheme: 'light' } },
    // What the other looks can change.
    'in dark': { options: { colorScheme: 'dark' }, rules: ['color-contrast', 'link-in-text-block'] },
    'on the smallest phone': { options: PHONE, rules: ['target-size', 'scrollable-region-focusable'] },
  };

  it.each(Object.keys(LOOKS))('%s is in reach of everybody, and keeps within its width', async (look) => {
    const { options, rules } = LOOKS[look]!;
    const opened = await browser.open(shop.url, options);
    const { page } = opened;
    const problems: string[] = [];
    for (const { hash, title, sign } of PAGES) {
      await page.goto(`${shop.url}#/${hash()}`);
      await heading(page, title);
      await page.getByRole('main').getByText(sign).first().waitFor();
      if (await isScrolledSideways(page)) problems.push(`${title}: scrolls sideways`);
      problems.push(...(await axe(page, rules)).map((problem) => `${title}: ${problem}`));
    }
    expect(problems).toEqual([]);
    expectContent(opened);
    await page.context().close();
  });

  it('with a dialog, a selection and notices is so as well', async () => {
    await shop.scheduler.scheduleMany(
      ['1', '2'].map((order) => ({ job: new SendReceiptJob(order), when: '1h', queue: 'few' })),
    );
    const { page } = await browser.open(`${shop.url}#/entries?queue=few`, PHONE);
    await page.getByRole('checkbox').nth(1).check();
    await page.getByRole('checkbox').nth(2).check();
    const bar = "document.querySelector('.selection')";
    const end = await page.evaluate<number>(`${bar}.scrollWidth - ${bar}.clientWidth`);
    expect(end).toBe(0);
    await page.getByRole('button', { name: 'Reschedule…' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel (2)' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    expect(await axe(page)).toEqual([]);
    expect(await isScrolledSideways(page)).toBe(false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.context().close();
  });
});

describe('By the keyboard', () => {
  it('one skips to the content, and a new page is announced by its heading', async () => {
    const { page } = await browser.open(shop.url);
    await heading(page, 'Overview');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toMatch(/Scheduled$/);
    await page.keyboard.press('Enter');
    await heading(page, 'Entries');
    await until(async () => (await focused(page)) === 'Entries', 'the heading to be in focus');
    await page.context().close();
  });

  it('one stays in a dialog, and comes back to where one was', async () => {
    const { page } = await browser.open(`${shop.url}#/entries?state=scheduled`);
    await page.getByRole('checkbox').nth(1).check();
    await page.getByRole('checkbox').nth(2).check();
    await page.getByRole('button', { name: 'Cancel' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    for (let times = 0; times < 4; times++) {
      await page.keyboard.press('Tab');
      // Between two rounds the browser's own controls come, and none of the page behind.
      expect(['Back', 'Cancel (2)', '']).toContain(await focused(page));
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Cancel');
    await page.context().close();
  });

  it('one finds with Control and K', async () => {
    const { page } = await browser.open(shop.url);
    await heading(page, 'Overview');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('nothing like it');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing has the id, the key or the name').waitFor();
    await page.context().close();
  });
});

describe('A list', () => {
  it('stays as it is read, says how many came, and shows them when asked', async () => {
    const { page } = await browser.open(`${shop.url}#/entries?name=SendReceipt`);
    const first = page.getByRole('row').nth(1);
    await first.waitFor();
    const before = await first.innerText();
    const id = await shop.scheduler.schedule(new SendReceiptJob('late'), '1h');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect((await first.innerText()).split('\n')[1]).toBe(before.split('\n')[1]);
    await page.getByRole('button', { name: '1 new' }).click();
    await first.getByText(id).waitFor();
    // And what is shown changes where it stands.
    await shop.scheduler.cancel(id);
    await first.getByText('cancelled').waitFor();
    await page.context().close();
  });

  it('is filtered by what the address says, and the address by the filters', async () => {
    const { page } = await browser.open(`${shop.url}#/entries`);
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByLabel('Key', { exact: true }).fill('order-4150-deadline');
    await page.keyboard.press('Tab');
    await until(async () => (await page.getByRole('row').count()) === 2, 'one entry');
    await page.getByLabel('Scheduled in').selectOption('The last hour');
    await until(() => page.url().includes('span=1h'), 'the address');
    await page.reload();
    await until(async () => (await page.getByRole('row').count()) === 2, 'one entry again');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await until(async () => (await page.getByRole('row').count()) > 30, 'all of them');
    await page.context().close();
  });

  it('leaves a filter alone while it is typed, whatever news come', async () => {
    const { page } = await browser.open(`${shop.url}#/entries`);
    await page.getByRole('button', { name: 'Filters' }).click();
    const key = page.getByLabel('Key', { exact: true });
    await key.pressSequentially('order-41');
    const id = await shop.scheduler.schedule(new SendReceiptJob('meanwhile'), '1h');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    await key.pressSequentially('50-deadline');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Filters (1)' }).waitFor();
    expect(await key.inputValue()).toBe('order-4150-deadline');
    await until(async () => (await page.getByRole('row').count()) === 2, 'one entry');
    await shop.scheduler.cancel(id);
    await page.context().close();
  });
});

describe('What is held back', () => {
  const scheduled = () => shop.scheduler.schedule(new SendReceiptJob('held'), '1h');
  const stateOf = async (id: string) => (await shop.scheduler.get({ id }))?.state;
  const cancel = async (id: string) => {
    const { page } = await browser.open(`${shop.url}#/entries/${id}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelling SendReceipt.').waitFor();
    expect(await stateOf(id)).toBe('scheduled');
    return page;
  };

  it('is sent by itself after a while', async () => {
    const id = await scheduled();
    const page = await cancel(id);
    await page.getByText('Cancelled 1 entry.').waitFor();
    expect(await stateOf(id)).toBe('cancelled');
    await page.context().close();
  });

  it('is sent when the page is left', async () => {
    const id = await scheduled();
    const page = await cancel(id);
    await page.goto('about:blank');
    await until(async () => (await stateOf(id)) === 'cancelled', 'it to be cancelled');
    await page.context().close();
  });
});

it('keeps the theme that was chosen', async () => {
  const { page } = await browser.open(shop.url, { colorScheme: 'light' });
  const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
  const light = await ground();
  await page.getByRole('button', { name: 'Theme: system' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
  expect(await ground()).not.toBe(light);
  await page.reload();
  await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
  expect(await ground()).not.toBe(light);
  await page.context().close();
});

it('hides data where the app does not allow it, and says how it would', async () => {
  const { page } = await browser.open(`${shop.url}#/entries/${failed}`);
  await page.getByText('Data and metadata are hidden.').waitFor();
  expect(await page.getByRole('region', { name: 'Data' }).getByText('orderId').count()).toBe(0);
  await page.context().close();
});

it('says that the server is away, and goes on when it is back', async () => {
  let other = await startShop();
  const port = Number(new URL(other.url).port);
  const { page } = await browser.open(other.url);
  const state = page.getByRole('banner').getByRole('status');
  await state.getByText('Live').waitFor();
  await other.nest.close();
  await state.getByText('Reconnecting').waitFor();
  await page.getByText('The server cannot be reached.').first().waitFor();
  other = await startShop({}, {}, port);
  await other.scheduler.schedule(new SendReceiptJob('back'), '1h');
  await state.getByText('Live', { exact: true }).waitFor({ timeout: 20_000 });
  await page.getByRole('link', { name: '1 Scheduled' }).waitFor();
  expect(await page.getByText('The server cannot be reached.').count()).toBe(0);
  await page.context().close();
  await other.nest.close();
});

describe('What cannot be done', () => {
  it('is greyed out with the reason: reading only', async () => {
    const other = await startShop({}, { readOnly: true });
    const id = await other.scheduler.schedule(new SendReceiptJob('1'), '1h');
    const { page } = await browser.open(`${other.url}#/entries/${id}`);
    const button = page.getByRole('button', { name: 'Cancel' });
    await expectRefused(page, 'Cancel', 'This dashboard is for reading only.');
    await button.click({ force: true });
    await page.getByRole('log').getByText('This dashboard is for reading only.').waitFor();
    expect((await other.scheduler.get({ id }))?.state).toBe('scheduled');
    await page.context().close();
    await other.nest.close();
  });

  it('is greyed out with the reason: in its state', async () => {
    const { page } = await browser.open(`${shop.url}#/entries/${failed}`);
    await expectRefused(page, 'Cancel', 'Cancel is for entries that are scheduled or running or parked');
    await page.context().close();
  });

  it('is greyed out with the reason: a scheduler that keeps nothing', async () => {
    const other = await startShop({ scheduler: instantScheduler(), require: [] });
    const opened = await browser.open(other.url);
    const { page } = opened;
    await page.getByText('This scheduler keeps nothing that could be counted.').waitFor();
    for (const hash of ['entries', 'recurring', 'queues', 'workers']) {
      await page.goto(`${other.url}#/${hash}`);
      await page
        .getByRole('main')
        .locator('p')
        .getByText('The scheduler of this app (InstantScheduler) cannot')
        .waitFor();
    }
    await page.goto(`${other.url}#/queues`);
    await expectRefused(
      page,
      'Pause all',
      'The scheduler of this app (InstantScheduler) cannot pause queues.',
    );
    await page.context().close();
    await other.nest.close();
  });
});

async function expectRefused(page: Page, name: string, reason: string): Promise<void> {
  const button = page.getByRole('button', { name });
  await until(
    async () => (await button.getAttribute('title'))?.startsWith(reason),
    `${name} to say: ${reason}`,
  );
  expect(await button.getAttribute('aria-disabled')).toBe('true');
  const id = await button.getAttribute('aria-describedby');
  expect(await page.locator(`[id="${id}"]`).textContent()).toContain(reason);
}

function isScrolledSideways(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
}

/** What has the focus, by its text. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    "document.activeElement === document.body ? '' : document.activeElement.innerText.trim().replace(/\\s+/g, ' ')",
  );
}

async function axe(page: Page, rules?: string[]): Promise<string[]> {
  if (!(await page.evaluate('window.axe'))) await page.evaluate(AXE);
  const only = { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(only)})`);
  return violations.map(
    ({ impact, id, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
}
