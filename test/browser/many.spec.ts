import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { type Shop, startShop } from './support/app.js';
import { expectContent, useBrowser } from './support/browser.js';
import { SendReceiptJob } from './support/shop.js';

const MANY = 100_000;
const BURST = 10_000;
/** In which the page does nothing else, in ms. It takes a fraction; a busy machine takes longer. */
const LONGEST_TASK = 1_000;

const browser = useBrowser();
let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
  const entry = { job: new SendReceiptJob('1'), when: '1 day', queue: 'later' } as const;
  for (let count = 0; count < MANY; count += 10_000) {
    await shop.scheduler.scheduleMany(Array.from({ length: 10_000 }, () => entry));
  }
}, 120_000);
afterAll(() => shop?.nest.close());

it('shows 100,000 entries page by page, and never more than one page of them', async () => {
  const opened = await browser.open(`${shop.url}#/entries`);
  const { page } = opened;
  const rows = () => page.getByRole('row').count();
  await page.getByRole('link', { name: 'All 100,000' }).waitFor();
  for (let number = 1; number <= 3; number++) {
    await page.getByText(`Page ${number}, 50 entries`).waitFor();
    expect(await rows()).toBe(51);
    await page.getByRole('button', { name: 'Older' }).click();
  }
  await page.getByRole('button', { name: 'Newer' }).click();
  await page.getByText('Page 3, 50 entries').waitFor();
  // Who has looked at an entry comes back to where it stands.
  const link = page.getByRole('row').nth(40).getByRole('link');
  const place = async () => ({ href: await link.getAttribute('href'), top: (await link.boundingBox())?.y });
  await link.scrollIntoViewIfNeeded();
  const before = await place();
  await link.click();
  await page.getByText('It is due at').waitFor();
  await page.goBack();
  await page.getByText('Page 3, 50 entries').waitFor();
  expect(await place()).toEqual(before);
  expectContent(opened);
  await page.context().close();
});

it('asks seldom while much happens, moves nothing, and never stands still', async () => {
  const opened = await browser.open(`${shop.url}#/entries`);
  const { page } = opened;
  const first = page.getByRole('row').nth(1);
  await first.waitFor();
  const before = await first.getByRole('link').getAttribute('href');
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('/api/entries')) asked += 1;
  });
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { tasks });
    const observer = new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    );
    // The types are Node's, which has no such entries.
    observer.observe({ type: 'longtask' as 'mark' });
  });
  const begun = performance.now();
  for (let count = 0; count < BURST; count += 500) {
    await shop.scheduler.scheduleMany(
      Array.from({ length: 500 }, () => ({ job: new SendReceiptJob('2'), queue: 'now' })),
    );
  }
  await until(async () => (await shop.scheduler.counts()).succeeded >= BURST, 'all to run');
  await page.getByRole('button', { name: '50 or more new' }).waitFor();
  const seconds = (performance.now() - begun) / 1_000;
  expect(asked).toBeLessThanOrEqual(seconds / 2 + 2);
  expect(await first.getByRole('link').getAttribute('href')).toBe(before);
  expect(await page.getByRole('row').count()).toBe(51);
  const tasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks);
  expect(Math.max(0, ...tasks)).toBeLessThan(LONGEST_TASK);
  expectContent(opened);
  await page.context().close();
});
