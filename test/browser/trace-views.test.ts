/** The views of a trace in a real browser: graph, transcript and figure, of small, large, empty and hostile traces. */

import { describe, expect, inject, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { controlledClock, memoryLog } from '@spanline/core/testing';
import { ragRequest } from '../../examples/figure-rag/src/figure.ts';
import { agentLines, said } from '../../packages/viewer/test/support/agent.ts';
import { logWith, spanLine } from '../../packages/viewer/test/support/lines.ts';
import { openPage, violations } from './support/page.ts';

/** The keys of a trace's other views, and what shows that one is there. */
const VIEWS = [
  ['2', '.graph .step'],
  ['3', '.turn'],
  ['4', '.figure-view svg'],
  ['5', '.chain-step'],
] as const;

const json = (value: unknown): string => JSON.stringify(value);

function figureLines(): string[] {
  const log = memoryLog();
  const clock = controlledClock(Date.UTC(2026, 0, 15, 9, 30));
  const tracer = createTracer({ clock, logger: log.logger, capture: 'full', statsIntervalSeconds: 0 });
  ragRequest(tracer, clock);
  return log.lines().map(json);
}

describe.skipIf(inject('chromium') === undefined)('the views of a trace', () => {
  it('changes the view by keyboard, keeps it in the address, and goes back', async () => {
    const { page } = await openPage(logWith(agentLines()));
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.span-row .name');
    await page.keyboard.press('2');
    await page.waitForSelector('.graph .step');
    expect(page.url()).toContain('view=graph');
    await page.keyboard.press('3');
    await page.waitForSelector('.turn');
    const address = page.url();
    await page.keyboard.press('4');
    await page.waitForSelector('.figure-view svg');
    await page.goBack();
    await page.waitForSelector('.turn');
    await page.keyboard.press('1');
    await page.waitForSelector('.span-row .name');
    expect(page.url()).not.toContain('view=');
    await page.goto(address);
    await page.waitForSelector('.turn');
    expect(await page.locator('.views a[aria-current=page]').textContent()).toContain('Transcript');
  });

  it('shows agents, models and tools as a graph that leads to their spans', async () => {
    const { page } = await openPage(logWith(agentLines()));
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.views');
    await page.keyboard.press('2');
    await page.waitForSelector('.graph .step');
    const steps = await page.locator('.graph .step title').allTextContents();
    expect(steps).toEqual([
      'start POST /ask; 1× · 2.00 s; then supervisor 1×',
      'agent supervisor; 1× · 1.90 s; then gpt-4o 1×',
      'llm gpt-4o of supervisor; 3× · 300 ms · $0.03; then researcher 1×, writer 1×',
      'agent researcher of supervisor; 1× · 1.00 s; then gpt-4o 1×, gpt-4o 1×',
      'llm gpt-4o of researcher; 3× · 300 ms · $0.03; then search 2×, fetch 1×',
      'tool search of researcher; 3× · 300 ms; 1 failed; then search 1×, gpt-4o 2×',
      'tool fetch of researcher; 1× · 150 ms; then gpt-4o 1×',
      'agent writer of supervisor; 1× · 300 ms; then gpt-4o 1×, gpt-4o 1×',
      'llm gpt-4o of writer; 1× · 280 ms · $0.01',
    ]);
    await page.locator('.graph .step').nth(5).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.span-panel h2:text("execute_tool search")');
    expect(page.url()).toContain('view=graph');
    await page.waitForSelector('.graph .step.selected');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.span-panel', { state: 'detached' });
  });

  it('keeps names of any script inside the frames of the graph', async () => {
    const names = ['W'.repeat(60), `${'契約'.repeat(30)}end`, '👩‍👩‍👧‍👦'.repeat(30), 'مدة الإشعار '.repeat(8), 'short'];
    const spans = names.map((name, n) =>
      spanLine({ trace: 1, span: n + 2, parent: 1, fromMs: n * 10 }, { 'span.type': 'tool', 'span.name': name }),
    );
    const root = spanLine({ trace: 1, span: 1, durationMs: 1000 }, { 'span.type': 'agent', 'span.name': 'root' });
    const { page } = await openPage(logWith([...spans, root]));
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.views');
    await page.keyboard.press('2');
    await page.waitForSelector('.graph .step');
    const steps = page.locator('.graph .step');
    expect(await steps.count()).toBe(names.length + 1);
    for (const step of await steps.all()) {
      const [frame, name] = [await step.locator('rect').boundingBox(), await step.locator('.step-name').boundingBox()];
      expect((name?.x ?? 0) + (name?.width ?? 0)).toBeLessThan((frame?.x ?? 0) + (frame?.width ?? 0));
    }
    expect(await page.locator('.step-name').allTextContents()).toContain('short');
  });

  it('shows the conversation of the whole trace, each message once', async () => {
    const { page } = await openPage(logWith(agentLines()));
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.views');
    await page.keyboard.press('3');
    await page.waitForSelector('.turn');
    const texts = await page.locator('.turn .message .text').allTextContents();
    expect(texts).toEqual([...new Set(texts)]);
    expect(texts.at(0)).toBe('You lead two agents.');
    expect(texts.at(-1)).toBe('The report is done.');
    await page.click('.turn >> nth=1 >> a');
    await page.waitForSelector('.span-panel');
    await page.waitForSelector('.turn.selected');
  });

  it('draws the figure with its labels and axis, to be copied as SVG', async () => {
    const { page } = await openPage(logWith(figureLines()));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.views');
    await page.keyboard.press('4');
    await page.waitForSelector('.figure-view svg');
    await page.click('text=Copy SVG');
    await page.waitForSelector('text=Copied');
    // A document of its own, without styles of the page.
    const found = await page.evaluate(`navigator.clipboard.readText().then((text) => {
      const picture = new DOMParser().parseFromString(text, 'image/svg+xml');
      const texts = [...picture.querySelectorAll('text')].map((node) => node.textContent);
      const styled = picture.querySelectorAll('[class], [style]').length;
      return { root: picture.documentElement.namespaceURI, texts, styled };
    })`);
    expect(found).toEqual({
      root: 'http://www.w3.org/2000/svg',
      styled: 0,
      texts: [
        '0',
        '200',
        '400',
        '600',
        '800',
        '1000',
        '1200',
        'RAG Request (1180 ms)',
        'embed_query (85 ms) [text-embedding-3-small]',
        'vector_search (120 ms)',
        'rerank (65 ms)',
        'llm_generate (870 ms) [gpt-4o, 1420 tokens]',
        'post_process (40 ms)',
        'Time from the start (ms)',
      ],
    });
  });

  it('shows 100,000 spans in every view', async () => {
    const steps = Array.from({ length: 99_999 }, (_, n) =>
      spanLine(
        { trace: 1, span: n + 2, parent: 1, fromMs: n * 10, durationMs: 8 },
        n % 2 === 0
          ? { 'span.type': 'tool', 'span.name': `execute_tool tool ${n % 200}` }
          : {
              'span.type': 'llm',
              'span.name': 'chat',
              'gen_ai.request.model': 'gpt-4o',
              'gen_ai.output.messages': json([said('assistant', `answer ${n}`)]),
            },
      ),
    );
    const root = spanLine({ trace: 1, span: 1, durationMs: 1_000_000 }, { 'span.type': 'agent', 'span.name': 'loop' });
    const { page } = await openPage(logWith([...steps, root]));
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.span-row .name');
    await page.keyboard.press('2');
    await page.waitForSelector('.graph .step');
    expect(await page.locator('.graph .step').count()).toBeLessThanOrEqual(40);
    await page.keyboard.press('3');
    await page.waitForSelector('text=Turns 1 to 50 of 50k');
    await page.click('text=Later');
    await page.waitForSelector('.turn >> text=answer 101');
    await page.keyboard.press('4');
    await page.waitForSelector('text=The first 100 spans');
    expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(1500);
  });

  it('says what is missing where a trace has no steps and no messages', async () => {
    const { page } = await openPage(logWith([spanLine({ trace: 1, span: 1 }, { 'span.type': 'http' })]));
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.views');
    await page.keyboard.press('2');
    await page.waitForSelector('.empty >> text=No steps');
    await page.keyboard.press('3');
    await page.waitForSelector('.empty >> text=No messages');
    await page.keyboard.press('4');
    await page.waitForSelector('.figure-view text:text("step 1 (10 ms)")');
  });

  it('shows hostile names and messages as text in every view', async () => {
    const hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
    const { page } = await openPage(
      logWith([
        spanLine(
          { trace: 1, span: 2, parent: 1, durationMs: -5 },
          {
            'span.type': 'llm',
            'span.name': hostile,
            'gen_ai.request.model': hostile,
            'gen_ai.input.messages': json([said(hostile, hostile), { ref: '0000000000000002#i0-999999' }]),
          },
        ),
        spanLine(
          { trace: 1, span: 3, parent: 1, durationMs: 8e12 },
          { 'span.type': '__proto__', 'span.name': hostile, 'gen_ai.output.messages': '[[[[{"parts":[]}' },
        ),
        spanLine({ trace: 1, span: 1 }, { 'span.type': 'agent', 'span.name': hostile }),
      ]),
    );
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.views');
    for (const [key, place] of VIEWS) {
      await page.keyboard.press(key);
      await page.waitForSelector(place);
      expect(await page.locator('main img, main script').count()).toBe(0);
    }
  });

  it.each([[{ scheme: 'light' }], [{ scheme: 'dark' }], [{ scheme: 'light', width: 390, height: 800 }]] as const)(
    'breaks no rule of accessibility in any view: %j',
    async (look) => {
      const { page } = await openPage(logWith(agentLines()), look);
      await page.waitForSelector('text=1 trace');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.views');
      for (const [key, place] of VIEWS) {
        await page.keyboard.press(key);
        await page.waitForSelector(place);
        expect(await violations(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      }
    },
  );
});
