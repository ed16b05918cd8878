/** The viewer in a real browser: every page, on small, large, empty, hostile and growing logs. */

import { appendFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { alertLine, logWith, spanId, spanLine, traceId } from '../../packages/viewer/test/support/lines.ts';
import { openPage, violations } from './support/page.ts';

const message = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
const json = (value: unknown): string => JSON.stringify(value);

/** A request: retrieval, a model call with a conversation, and a failed tool. */
function ask(trace: number): string[] {
  const id = (n: number): number => trace * 10 + n;
  const at = trace * 60_000;
  return [
    spanLine(
      { trace, span: id(2), parent: id(1), fromMs: at + 5, durationMs: 120 },
      {
        'span.type': 'retriever',
        'span.name': 'retrieval manual',
        'spanline.retrieval.count': 2,
        'gen_ai.retrieval.documents': json([
          { id: 'manual#1', score: 0.91, content: 'Rotate logs with logrotate.' },
          { id: 'manual#2', score: 0.4, content: 'Use a transport.' },
        ]),
      },
    ),
    spanLine(
      { trace, span: id(3), parent: id(1), fromMs: at + 130, durationMs: 900 },
      {
        'span.type': 'llm',
        'span.name': 'chat gpt-4o',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.response.time_to_first_chunk': 0.3,
        'gen_ai.usage.input_tokens': 1532,
        'gen_ai.usage.output_tokens': 287,
        'spanline.cost.usd': 0.0142,
        'gen_ai.input.messages': json([
          message('system', 'Answer from the manual.'),
          message('user', 'How do I rotate?'),
        ]),
        'gen_ai.output.messages': json([{ ...message('assistant', 'Use logrotate.'), finish_reason: 'stop' }]),
      },
    ),
    spanLine(
      { trace, span: id(4), parent: id(1), fromMs: at + 1040, durationMs: 30 },
      {
        'span.type': 'tool',
        'span.name': 'execute_tool notify',
        'span.status': 'error',
        'error.type': 'TimeoutError',
        'error.message': 'the mail server did not answer',
        'error.stack': 'TimeoutError: the mail server did not answer\n    at notify (/app/notify.js:3:9)',
      },
    ),
    spanLine(
      { trace, span: id(1), fromMs: at, durationMs: 1100 },
      {
        'span.type': 'http',
        'span.name': `POST /ask/${trace}`,
        'session.id': `s_${trace}`,
        'http.request.id': `r-${trace}`,
      },
    ),
    json({
      level: 'info',
      time: Date.UTC(2026, 10, 23, 9, 12, 34) + at + 3,
      msg: 'asking',
      trace_id: traceId(trace),
      span_id: spanId(id(1)),
    }),
  ];
}

const SMALL = [...[1, 2, 3].flatMap(ask), alertLine(300_000)];

describe.skipIf(inject('chromium') === undefined)('the viewer', () => {
  it('goes from the list to the failing step and back, by keyboard alone', async () => {
    const { page } = await openPage(logWith(SMALL));
    await page.waitForSelector('text=3 traces');
    expect(await page.locator('#traces .row.selected .name').textContent()).toBe('POST /ask/3');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:text("POST /ask/2")');
    // The next error.
    await page.keyboard.press('e');
    await page.waitForSelector('.span-panel >> text=the mail server did not answer');
    expect(await page.locator('.span-row.selected .name').textContent()).toBe('execute_tool notify');
    // The model call above it.
    await page.keyboard.press('ArrowUp');
    await page.waitForSelector('.span-panel >> text=Use logrotate.');
    expect(await page.locator('.message h4').allTextContents()).toEqual(['system', 'user', 'assistant · stop']);
    expect(await page.locator('.span-row:has-text("chat gpt-4o") .badge').allTextContents()).toEqual([
      'slowest',
      'costliest',
    ]);
    expect(await page.locator('.span-row:has-text("chat gpt-4o") .facts').textContent()).toBe('1532→287 · $0.0142');
    const address = page.url();
    await page.keyboard.press('Escape');
    await page.waitForSelector('.span-panel', { state: 'detached' });
    await page.keyboard.press('Escape');
    await page.waitForSelector('text=3 traces');
    // The address holds the view.
    await page.goto(address);
    await page.waitForSelector('.span-panel >> text=Use logrotate.');
  });

  it('filters, says where a filter is wrong, and narrows the time', async () => {
    const { page, faults } = await openPage(logWith(SMALL));
    await page.waitForSelector('text=3 traces');
    await page.keyboard.press('/');
    await page.keyboard.type('session:s_2');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=1 trace');
    await page.fill('#filter', 'modle:gpt-4o');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.fault >> text=there is no field "modle"');
    expect(faults.splice(0)).toEqual([expect.stringContaining('400')]);
    await page.fill('#filter', '');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=3 traces');
    await page.locator('.bar').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=1 trace');
    await page.click('text=Selected time');
    await page.waitForSelector('text=3 traces');
  });

  it('shows the figures of each step, which lead to its traces', async () => {
    const { page } = await openPage(logWith(SMALL));
    await page.waitForSelector('text=3 traces');
    await page.keyboard.press('s');
    await page.waitForSelector('td:has-text("chat gpt-4o")');
    const cells = await page.locator('tr:has-text("chat gpt-4o") td').allTextContents();
    expect(cells.map((cell) => cell.trim())).toEqual([
      'chat gpt-4o',
      '3',
      '',
      '900 ms',
      '900 ms',
      '900 ms',
      '82 %',
      '300 ms',
      '4596→861',
      '$0.0426',
    ]);
    await page.click('text=execute_tool notify');
    await page.waitForSelector('text=3 traces');
    expect(await page.inputValue('#filter')).toBe('step:"execute_tool notify"');
  });

  it.each([[{ scheme: 'light' }], [{ scheme: 'dark' }], [{ scheme: 'light', width: 390, height: 800 }]] as const)(
    'breaks no rule of accessibility and overflows nowhere: %j',
    async (look) => {
      const { page } = await openPage(logWith(SMALL), look);
      const check = async (): Promise<void> => {
        expect(await violations(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      };
      await page.waitForSelector('text=3 traces');
      await check();
      await page.keyboard.press('?');
      await page.waitForSelector('dialog[open]');
      await check();
      await page.keyboard.press('Escape');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.trace-head h1');
      await page.keyboard.press('e');
      await page.waitForSelector('.span-panel >> text=TimeoutError');
      await check();
      for (const name of ['Steps', 'Errors', 'Sessions', 'Alerts']) {
        await page.click(`nav >> text=${name}`);
        await page.waitForSelector(`[aria-label="${name}"] td`);
        await check();
      }
      await page.click('text=Why?');
      await page.waitForSelector('.below');
      await check();
    },
  );

  it('leads from an error, a session and an alert to their traces', async () => {
    const { page } = await openPage(logWith(SMALL));
    await page.waitForSelector('text=3 traces');
    await page.keyboard.press('r');
    await page.click('td >> text=TimeoutError');
    await page.waitForSelector('.span-panel >> text=the mail server did not answer');
    await page.click('nav >> text=Sessions');
    await page.click('td >> text=s_2');
    await page.waitForSelector('text=1 trace');
    expect(await page.inputValue('#filter')).toBe('session:"s_2"');
    await page.fill('#filter', '');
    await page.keyboard.press('Enter');
    await page.click('nav >> text=Alerts');
    await page.click('text=Why?');
    await page.waitForSelector('.below >> text=/No cause found|the worst trace/');
  });

  it('shows a hostile log as text', async () => {
    const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>javascript:alert(3)';
    const { page } = await openPage(
      logWith([
        spanLine(
          { trace: 1, span: 2, parent: 1 },
          {
            'span.type': '"><b>',
            'span.name': hostile,
            'gen_ai.request.model': hostile,
            'labels.__proto__': hostile,
            'gen_ai.input.messages': json([
              message(hostile, `${hostile} \u202Ereversed \u0000 [link](javascript:alert(4))`),
            ]),
            'gen_ai.output.messages': json([
              {
                role: 'assistant',
                parts: [{ type: 'blob', modality: 'image', mime_type: 'image/svg+xml', content: hostile }],
              },
            ]),
          },
        ),
        spanLine({ trace: 1, span: 1, durationMs: 20 }, { 'span.name': hostile, 'session.id': hostile }),
      ]),
    );
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.trace-head h1');
    expect(await page.locator('.trace-head h1').textContent()).toBe(hostile);
    await page.keyboard.press('ArrowDown');
    await page.waitForSelector('.message');
    expect(await page.locator('article.message img, article.message a, .page script').count()).toBe(0);
  });

  it('shows an empty log, then its first trace', async () => {
    const file = logWith([]);
    const { page } = await openPage(file);
    await page.waitForSelector('text=No traces');
    appendFileSync(
      file,
      ask(1)
        .map((line) => `${line}\n`)
        .join(''),
    );
    await page.waitForSelector('text=1 trace');
    appendFileSync(
      file,
      ask(2)
        .map((line) => `${line}\n`)
        .join(''),
    );
    await page.waitForSelector('.row .name:text("POST /ask/2")');
  });

  it('draws only what can be seen of 20,000 traces and of 30,000 spans', async () => {
    const traces = Array.from({ length: 20_000 }, (_, n) =>
      spanLine({ trace: n + 2, span: n + 100_000, fromMs: n * 100 }, { 'span.name': `request ${n}` }),
    );
    const spans = Array.from({ length: 30_000 }, (_, n) =>
      spanLine(
        {
          trace: 1,
          span: n + 2,
          parent: n % 300 === 0 ? 1 : Math.floor(n / 300) * 300 + 2,
          fromMs: 3_000_000 + n,
          durationMs: 3,
        },
        { 'span.name': `step ${n}` },
      ),
    );
    const root = spanLine({ trace: 1, span: 1, fromMs: 3_000_000, durationMs: 30_010 }, { 'span.name': 'whole' });
    const { page } = await openPage(logWith([...traces, ...spans, root]));
    await page.waitForSelector('text=20k traces');
    await page.keyboard.press('End');
    await page.waitForSelector('.row.selected .name:text("request 0")');
    expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(1500);
    await page.keyboard.press('Home');
    await page.waitForSelector('.row.selected .name:text("whole")');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.span-row .name:text("step 0")');
    await page.keyboard.press('End');
    await page.waitForSelector('.span-row.selected .name:text("step 29999")');
    expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(1500);
  });

  it('opens a message of 20 MB by its start', async () => {
    const long = 'What is new? '.repeat(1_600_000);
    const { page } = await openPage(
      logWith([
        spanLine({ trace: 1, span: 1 }, { 'span.type': 'llm', 'gen_ai.input.messages': json([message('user', long)]) }),
      ]),
    );
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.span-row .name');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.message >> text=What is new?');
    expect((await page.locator('article.message .text').textContent())?.length).toBeLessThan(5000);
    for (const least of [15_000, 100_000]) {
      await page.click('article.message >> text=Show more');
      await expect
        .poll(async () => (await page.locator('article.message .text').textContent())?.length)
        .toBeGreaterThan(least);
    }
  });
});
