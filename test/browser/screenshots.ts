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

/** Fills the filter, and waits for the list that passes it. */
async function filter(text: string): Promise<void> {
  await page.fill('#filter', text);
  await Promise.all([
    page.waitForResponse((response) => new URL(response.url()).searchParams.get('filter') === text),
    page.keyboard.press('Enter'),
  ]);
}

await page.goto(viewer.url);
await page.waitForSelector('#traces .row .name');
await take('traces');
// A request with a model call, and its answer.
await filter('route:"/langchain/ask" type:http');
await page.waitForSelector('#traces .row:has-text("/feedback")', { state: 'detached' });
await page.click('#traces .row:has-text("POST /langchain/ask"):has-text("$")');
await page.click('.span-row:has-text("chat gpt")');
await page.waitForSelector('.message');
await take('trace');
await page.locator('nav >> text=Traces').click();
await filter('type:agent');
await page.click('#traces .row:has-text("POST /agent/ask")');
await page.waitForSelector('.trace-head h1');
await page.keyboard.press('2');
await page.waitForSelector('.graph .step');
await take('graph');
await page.locator('nav >> text=Map').click();
await page.fill('#filter', '');
await page.keyboard.press('Enter');
await page.waitForSelector('.map-plot canvas');
await Promise.all([
  page.waitForResponse(/map\?.*documents/),
  page.selectOption('label:has-text("Texts") select', 'documents'),
]);
await page.waitForSelector('.map-label');
await page.locator('.map-groups button').last().click();
await page.waitForSelector('.map-texts li');
await take('map');
await page.emulateMedia({ colorScheme: 'dark' });
await page.fill('#filter', '');
await page.keyboard.press('Enter');
await page.locator('nav >> text=Steps').click();
await page.waitForSelector('table td');
await take('steps');
await page.locator('nav >> text=Dashboard').click();
await page.waitForSelector('.panel .legend li');
await page.waitForSelector('.panel:has-text("Cost by model") .legend');
await take('dashboard');
await page.emulateMedia({ colorScheme: 'light' });
await page.locator('nav >> text=Traces').click();
await filter('route:"/langchain/ask"');
await page.waitForSelector('#traces .row:has-text("$")');
await page.locator('#traces').focus();
for (const key of ['x', 'ArrowDown', 'ArrowDown', 'x']) await page.keyboard.press(key);
await page.waitForSelector('button:has-text("changed")');
await page.locator('button:has-text("changed")').last().click();
await page.waitForSelector('.change');
await take('diff');
await context.close();
await viewer.close();
