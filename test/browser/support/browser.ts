import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { findChromium } from '../../../tools/browser/chromium.mjs';

const PATIENCE_MS = 10_000;

export interface OpenPage {
  readonly page: Page;
  /** What the page complained of: errors, refused by its policy, addresses elsewhere. */
  readonly complaints: string[];
}

/** One browser for the tests of a file. */
export function useBrowser(): { open(url: string, options?: BrowserContextOptions): Promise<OpenPage> } {
  let browser: Browser;
  beforeAll(async () => {
    const executablePath = await findChromium();
    // Chromium's sandbox does not run as root.
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  }, 400_000);
  afterAll(() => browser?.close());
  return {
    async open(url, options = {}) {
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      const complaints = complaintsOf(page, url);
      await page.goto(url);
      return { page, complaints };
    },
  };
}

/** Whether nothing went wrong in the page, and nothing was asked of anybody else. */
export function expectContent({ complaints }: OpenPage): void {
  expect(complaints).toEqual([]);
}

function complaintsOf(page: Page, url: string): string[] {
  const complaints: string[] = [];
  const { origin } = new URL(url);
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning';
    if (isComplaint) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`elsewhere: ${request.url()}`);
  });
  return complaints;
}
