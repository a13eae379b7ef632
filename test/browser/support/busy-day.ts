import type { Page } from 'playwright-core';
import { until } from '../../support/until.js';
import type { Shop } from './app.js';
import { CancelUnpaidOrderCommand, ChargeCardJob, RenderReportJob, SendReceiptJob } from './shop.js';

const MINUTE = 60_000;

/** A little of everything. */
export async function busyDay({ scheduler, commands, world }: Shop): Promise<void> {
  for (let order = 4_100; order < 4_112; order++) await scheduler.scheduleNow(new SendReceiptJob(`${order}`));
  for (const order of ['4117', '4123', '4131']) await scheduler.scheduleNow(new ChargeCardJob(order));
  await untilCount('failed', 3);
  world.cardsAreDeclined = false;
  await scheduler.scheduleNow(new RenderReportJob('October'));
  await scheduler.scheduleNow(new RenderReportJob('November', 0.08));
  for (let order = 4_140; order < 4_158; order++) {
    const deadline = { key: `order-${order}-deadline` };
    await commands.schedule(new CancelUnpaidOrderCommand(`${order}`), (order - 4_120) * MINUTE, deadline);
  }
  const unwanted = await scheduler.schedule(new SendReceiptJob('4160'), 7 * MINUTE);
  await scheduler.cancel(unwanted);
  await untilCount('succeeded', 12);
  await untilCount('running', 2);

  async function untilCount(state: 'failed' | 'running' | 'succeeded', count: number): Promise<void> {
    await until(async () => (await scheduler.counts())[state] >= count, `${count} ${state}`);
  }
}

/** Where an hour should have passed, the page is told of one. */
export async function pretendHour(page: Page): Promise<void> {
  await page.route('**/api/overview', async (route) => {
    const response = await route.fetch();
    const overview = await response.json();
    overview.rates.points = overview.rates.points.map(wave);
    await route.fulfill({ response, json: overview });
  });
  await page.reload();
}

function wave({ at }: { at: string }, index: number): object {
  const tide = 1 + Math.sin(index / 38) * 0.55 + Math.sin(index / 9) * 0.2 + Math.sin(index * 1.7) * 0.12;
  const isBadTime = index > 205 && index < 238;
  const scheduled = Math.round(tide * 9);
  return {
    at,
    scheduled,
    succeeded: Math.round(scheduled * (isBadTime ? 0.55 : 0.95)),
    retrying: isBadTime ? Math.round(tide * 3) : index % 11 === 0 ? 1 : 0,
    failed: isBadTime && index % 2 === 0 ? 1 + Math.round(tide) : 0,
  };
}
