/**
 * A browser for tests of the live page: Debian's Chromium, found by its name. What a page says on its console, and whom
 * else it asks, is counted against it.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import * as assert from 'uvu/assert';

/** Null: there is none on this machine. */
export function findChromium(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'chromium')).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function openBrowser(executablePath: string): Promise<Browser> {
  // Its sandbox refuses to run as root, as whom tests in a container do.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A page of its own, at the service; afterwards nothing must have gone wrong in it that was not expected. */
export async function withPage(
  browser: Browser,
  { url, expected = /^$/, ...options }: BrowserContextOptions & { url: string; expected?: RegExp },
  body: (page: Page) => Promise<void>,
): Promise<void> {
  // Without a graphics card, what moves takes most of the time.
  const usual = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' } as const;
  const context = await browser.newContext({ ...usual, ...options });
  context.setDefaultTimeout(20_000);
  const wrong: string[] = [];
  const note = (text: string): void => {
    if (!expected.test(text)) wrong.push(text);
  };
  try {
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') note(message.text());
    });
    page.on('pageerror', (error) => {
      note(error.message);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) note(`a request to ${request.url()}`);
    });
    await page.goto(url);
    await body(page);
    assert.equal(wrong, [], 'errors of the page, or requests to elsewhere');
  } finally {
    await context.close();
  }
}
