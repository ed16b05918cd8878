/** Takes the pictures of docs/viewer.md: `pnpm demo`, then `pnpm docs:screenshots`. Needs a Chromium. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { startViewer } from '@spanline/viewer';

const [source = 'demo.ndjson', executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const FOLDER = join(import.meta.dirname, '../../docs/images');

const viewer = await startViewer({ source });
const context = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'spanline-chromium-')), {
  executablePath,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
  viewport: { width: 1280, height: 640 },
  timezoneId: 'UTC',
});
const page: Page = context.pages()[0] ?? (await context.newPage());
const take = (name: string) => page.screenshot({ path: join(FOLDER, `viewer-${name}.png`) });

await page.goto(viewer.url);
await page.waitForSelector('#traces .row .name');
await take('traces');
// A request with a model call, and its answer.
await page.fill('#filter', 'route:"/langchain/ask" type:http');
await page.keyboard.press('Enter');
await page.click('#traces .row:has-text("POST /langchain/ask"):has-text("$")');
await page.click('.span-row:has-text("chat gpt")');
await page.waitForSelector('.message');
await take('trace');
await page.emulateMedia({ colorScheme: 'dark' });
await page.fill('#filter', '');
await page.keyboard.press('Enter');
await page.locator('nav >> text=Steps').click();
await page.waitForSelector('table td');
await take('steps');
await context.close();
await viewer.close();
