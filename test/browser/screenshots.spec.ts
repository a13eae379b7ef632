import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Shop, startShop } from './support/app.js';
import { type OpenPage, expectContent, useBrowser } from './support/browser.js';
import { busyDay, pretendHour } from './support/busy-day.js';

const IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url));
/** Those that the documents show: `UPDATE_SCREENSHOTS=1` makes them anew. */
const SHOWN = ['overview-light', 'overview-dark', 'entries-light', 'entry-dark', 'entries-phone'];
/** To look at: of a folder that is named they stay. */
const named = process.env.SCREENSHOTS;
const folder = named ?? mkdtempSync(join(tmpdir(), 'eventflow-screenshots-'));
afterAll(() => named ?? rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string) =>
  join(process.env.UPDATE_SCREENSHOTS && SHOWN.includes(name) ? IMAGES : folder, `dashboard-${name}.png`);

const DESKTOP = { viewport: { width: 1_280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { ...DESKTOP, colorScheme: 'light' },
  dark: { ...DESKTOP, colorScheme: 'dark' },
  phone: { ...PHONE, colorScheme: 'light' },
};

const browser = useBrowser();
let shop: Shop;
beforeAll(async () => {
  shop = await startShop({}, { payloads: true });
  await busyDay(shop);
});
afterAll(() => shop?.nest.close());

/** What is shown, and where. */
const VIEWS: readonly { name: string; show(page: Page): Promise<void> }[] = [
  {
    name: 'overview',
    async show(page) {
      await pretendHour(page);
      await page.getByText('ChargeCard').first().waitFor();
    },
  },
  {
    name: 'entries',
    async show(page) {
      await page.getByRole('link', { name: 'Entries' }).click();
      await page.getByRole('row').nth(5).waitFor();
      await page.getByRole('checkbox').nth(2).check();
      await page.getByRole('checkbox').nth(3).check();
    },
  },
  {
    name: 'entry',
    async show(page) {
      await page.goto(`${shop.url}#/entries?state=failed`);
      await page.getByRole('link', { name: 'ChargeCard' }).first().click();
      await page.getByText('Failed for good').waitFor();
    },
  },
  ...['Recurring', 'Queues', 'Workers'].map((title) => ({
    name: title.toLowerCase(),
    async show(page: Page) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: title }).click();
      await page.getByRole('row').nth(1).waitFor();
    },
  })),
];

describe.each(Object.keys(LOOKS))('The dashboard in %s', (look) => {
  let opened: OpenPage;
  beforeAll(async () => {
    opened = await browser.open(shop.url, LOOKS[look]);
    await opened.page.getByRole('status').getByText('Live').waitFor();
  });
  afterAll(() => opened?.page.context().close());

  it.each(VIEWS)('shows: $name', async ({ name, show }) => {
    const { page } = opened;
    await show(page);
    await page.screenshot({ path: fileOf(`${name}-${look}`), animations: 'disabled' });
    expectContent(opened);
  });
});
