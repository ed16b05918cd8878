/** The decision chain of a trace in a real browser. */

import { describe, expect, inject, it } from 'vitest';
import { logWith, traceId } from '../../packages/viewer/test/support/lines.ts';
import { ragLines } from '../../packages/viewer/test/support/rag.ts';
import { openPage, violations } from './support/page.ts';

describe.skipIf(inject('chromium') === undefined)('the chain of a trace', () => {
  it('shows what each step got and gave, the one that failed first, and leads to its span', async () => {
    const { page } = await openPage(logWith(ragLines({ trace: 1, isLimited: true })));
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.views');
    await page.keyboard.press('5');
    await page.waitForSelector('.chain-step');
    expect(page.url()).toContain('view=chain');
    expect(await page.locator('.chain-step h3 a').allTextContents()).toEqual(['retrieval docs', 'chat gpt-4o']);
    expect(await page.locator('.chain-step dt').allTextContents()).toEqual([
      'got',
      'gave',
      'redacted',
      'with',
      'got',
      'failed',
    ]);
    const failed = await page.locator('.chain-failed').textContent();
    expect(failed).toContain('Failed first: step 2, llm chat gpt-4o: RateLimitError: 429 Slow down.');
    expect(failed).toContain('The request ended with it (error).');
    expect(failed).toContain('Its input came from step 1, retrieval docs: 1 of 1 piece.');
    expect(await violations(page)).toEqual([]);
    await page.click('.chain-failed >> text=retrieval docs');
    await page.waitForSelector('.span-panel h2:text("retrieval docs")');
    await page.waitForSelector('.chain-step.selected');
  });

  it('shows where a second trace parts from it', async () => {
    const lines = [...ragLines({ trace: 1 }), ...ragLines({ trace: 2, found: [] })];
    const { page } = await openPage(logWith(lines));
    await page.waitForSelector('text=2 traces');
    await page.goto(`${page.url().replace(/#.*/, '')}#/trace/${traceId(1)}?view=chain`);
    await page.waitForSelector('.chain-step');
    await page.fill('input[name=with]', traceId(2));
    await page.keyboard.press('Enter');
    await page.waitForSelector('.chain-difference');
    expect(await page.locator('.chain-difference > h3').allTextContents()).toEqual([
      'They part at step 1, retrieval docs: it got the same and gave something else',
      'step 2, chat gpt-4o: it got something else',
    ]);
    expect(await violations(page)).toEqual([]);
    await page.click('text=All steps');
    await page.waitForSelector('.chain-step >> nth=1');
  });
});
