/** The viewer in a real browser: every page, on small, large, empty, hostile and growing logs. */

import { appendFileSync, readFileSync } from 'node:fs';
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

  it('completes names and values, and groups traces', async () => {
    const { page } = await openPage(logWith(SMALL));
    await page.waitForSelector('text=3 traces');
    await page.keyboard.press('/');
    await page.keyboard.type('sess');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('s_');
    await page.waitForSelector('#completions >> text=s_3');
    await page.keyboard.type('3');
    await expect.poll(() => page.locator('#completions [role=option]').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await page.inputValue('#filter')).toBe('session:s_3 ');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=1 trace');
    await page.fill('#filter', '');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=3 traces');
    await page.selectOption('text=Group by', 'model');
    await page.waitForSelector('#groups .row:has-text("gpt-4o"):has-text("$0.0426")');
    await page.locator('#groups').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#traces .row >> nth=3');
    expect(await page.inputValue('#filter')).toBe('model:"gpt-4o"');
  });

  it('chooses traces by keyboard and mouse, and hands them over as a data set', async () => {
    const { page } = await openPage(logWith(SMALL));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.waitForSelector('text=3 traces');
    await page.keyboard.press('Space');
    await page.waitForSelector('text=1 chosen');
    await page
      .locator('#traces .row')
      .last()
      .click({ modifiers: ['Control'] });
    await page.waitForSelector('text=2 chosen');
    // Another filter does not lose them.
    await page.fill('#filter', 'session:s_2');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=1 trace');
    await page.click('.bar-line >> text=Copy');
    await page.waitForSelector('text=Copied 2');
    const copied = (await page.evaluate('navigator.clipboard.readText()')) as string;
    const ids = copied
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { metadata: object }).metadata);
    expect(ids).toMatchObject([{ traceId: traceId(3) }, { traceId: traceId(1) }]);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Save as data set')]);
    expect(download.suggestedFilename()).toBe('dataset.ndjson');
    expect(readFileSync(await download.path(), 'utf8')).toBe(copied);
    await page.click('text=Choose none');
    await page.waitForSelector('text=2 chosen', { state: 'detached' });
  });

  it('scores one trace after the other, also while new ones come', async () => {
    const file = logWith(SMALL);
    const scores = file.replace('app.ndjson', 'scores.ndjson');
    const { page } = await openPage(file, {}, scores);
    await page.waitForSelector('text=3 traces');
    await page.click('nav >> text=Queue');
    await page.waitForSelector('.queue h2 >> text=POST /ask/3');
    await page.keyboard.press('j');
    await page.waitForSelector('.queue h2 >> text=POST /ask/2');
    expect(page.url()).toContain(traceId(2));
    await page.waitForSelector('text=2 of 3');
    // Two newer traces move the place of this one.
    appendFileSync(
      file,
      [4, 5]
        .flatMap(ask)
        .map((line) => `${line}\n`)
        .join(''),
    );
    await page.waitForSelector('text=4 of 5');
    expect(await page.locator('.queue h2').textContent()).toContain('POST /ask/2');
    await page.keyboard.press('k');
    await page.waitForSelector('.queue h2 >> text=POST /ask/3');
    await page.keyboard.press('1');
    await page.waitForSelector('.queue h2 >> text=POST /ask/2');
    await expect.poll(() => readFileSync(scores, 'utf8')).toContain(traceId(3));
  });

  it('says that a cost is a lower bound, in groups and where two traces are compared', async () => {
    const unknown = (trace: number): string =>
      spanLine(
        { trace, span: trace * 10 + 7, parent: trace * 10 + 1, fromMs: trace * 60_000 + 50 },
        { 'span.type': 'llm', 'span.name': 'chat local', 'spanline.cost.reason': 'unknown_model' },
      );
    const { page } = await openPage(logWith([...SMALL, unknown(2)]));
    await page.waitForSelector('text=3 traces');
    await page.click('nav >> text=Sessions');
    await page.waitForSelector('#groups .row:has-text("s_2"):has-text("≥$0.0142")');
    expect(await page.locator('#groups .row:has-text("s_1")').textContent()).not.toContain('≥');
    await page.goto(`${page.url().split('#')[0]}#/diff/${traceId(1)}?with=${traceId(2)}`);
    await page.waitForSelector('text=≥$0.0142');
    await page.keyboard.press('c');
    await page.fill('.side input >> nth=0', 'service:shop');
    await page.keyboard.press('Enter');
    await page.fill('.side input >> nth=1', 'service:shop');
    await page.keyboard.press('Enter');
    await page.waitForSelector('tr:has-text("all requests"):has-text("cost"):has-text("≥$")');
  });

  it('scrolls a list that is taller than an element may be', async () => {
    const { page } = await openPage(
      logWith(
        Array.from({ length: 350_000 }, (_, n) =>
          spanLine({ trace: n + 1, span: n + 1, fromMs: n }, { 'span.name': `request ${n}` }),
        ),
      ),
    );
    await page.waitForSelector('text=350k traces');
    await page.keyboard.press('End');
    await page.waitForSelector('.row.selected .name:text("request 0")');
    await page.evaluate('document.querySelector("#traces").scrollTop = 5_000_000');
    await page.waitForSelector('#traces .row .name:text("request 174990")');
    await page.keyboard.press('Home');
    await page.waitForSelector('.row.selected .name:text("request 349999")');
  });

  it('leads from a panel to its traces, and compares two sides and two traces', async () => {
    const { page } = await openPage(logWith(SMALL));
    await page.waitForSelector('text=3 traces');
    await page.keyboard.press('d');
    await page.waitForSelector('.panel:has-text("Cost by model") >> text=$0.0426');
    // A panel is read when it comes near the screen.
    await page.locator('.panel:has-text("Cost by version of the prompt")').scrollIntoViewIfNeeded();
    await page.waitForSelector('.panel:has-text("Cost by version of the prompt") >> text=No data in this view.');
    await page.locator('.panel:has-text("Duration of requests") .plot').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=1 trace');
    expect(await page.inputValue('#filter')).toBe(
      '(-exists:parent_span_id OR exists:spanline.rollup.spans) exists:duration_ms',
    );
    await page.click('text=Selected time');
    await page.waitForSelector('text=3 traces');
    await page.keyboard.press('c');
    await page.click('text=Earlier and later');
    await page.waitForSelector('td:has-text("all requests")');
    // A period has what starts in it, as charts show it.
    expect(await page.locator('.side input').first().inputValue()).toMatch(/^\(start<"/);
    await page.click('nav >> text=Traces');
    await page.waitForSelector('.row .name:text("POST /ask/3")');
    await page.locator('#traces').focus();
    await page.keyboard.press('x');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('x');
    await page.waitForSelector('td:has-text("chat")');
    expect(await page.locator('td .removed, td .added').allTextContents()).toContain('+ POST /ask/2');
    await page.keyboard.press('Escape');
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
      for (const name of ['Sessions', 'Users']) {
        await page.click(`nav >> text=${name}`);
        await page.waitForSelector(name === 'Users' ? 'text=No user' : '#groups .row:has-text("s_1")');
        await check();
      }
      await page.click('nav >> text=Dashboard');
      // A panel is read when it comes near the screen.
      await page.locator('.panel:has-text("Cost by model")').scrollIntoViewIfNeeded();
      await page.waitForSelector('.panel:has-text("Cost by model") >> text=$0.0426');
      await check();
      await page.click('nav >> text=Compare');
      await page.click('text=Earlier and later');
      await page.waitForSelector('td:has-text("all requests")');
      await check();
      await page.goto(`${page.url().split('#')[0]}#/diff/${traceId(1)}?with=${traceId(2)}`);
      await page.waitForSelector('td:has-text("chat")');
      await check();
      for (const name of ['Steps', 'Errors', 'Alerts']) {
        await page.click(`nav >> text=${name}`);
        await page.waitForSelector(`[aria-label="${name}"] td`);
        await check();
      }
      await page.click('text=Why?');
      await page.waitForSelector('.below');
      await check();
    },
  );

  it('compares two sides that are changed at once', async () => {
    const { page } = await openPage(logWith(SMALL));
    await page.click('nav >> text=Compare');
    await page.waitForSelector('.side input');
    await page.evaluate(`for (const input of document.querySelectorAll('.side input')) {
      input.value = 'service:shop';
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }`);
    await page.evaluate(`for (const input of document.querySelectorAll('.side input')) {
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }`);
    await page.waitForSelector('td:has-text("all requests")');
  });

  it('says that there is nothing to compare', async () => {
    const { page } = await openPage(logWith([]));
    await page.click('nav >> text=Compare');
    await page.click('text=Earlier and later');
    await page.waitForSelector('[role="alert"] >> text=There is no trace to compare.');
    await page.click('text=Prompt versions');
    await page.waitForSelector('[role="alert"] >> text=There is no prompt.version to compare.');
  });

  it('leads from an error, a session and an alert to their traces', async () => {
    const { page } = await openPage(logWith(SMALL));
    await page.waitForSelector('text=3 traces');
    await page.keyboard.press('r');
    await page.click('td >> text=TimeoutError');
    await page.waitForSelector('.span-panel >> text=the mail server did not answer');
    await page.click('nav >> text=Sessions');
    await page.click('#groups >> text=s_2');
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

  it('finds what is hidden: the next match, and the next error, of many siblings that are one row', async () => {
    const steps = Array.from({ length: 60 }, (_, n) =>
      spanLine(
        { trace: 1, span: n + 2, parent: 1, fromMs: n, durationMs: 1 },
        {
          'span.name': 'fetch',
          ...(n === 40 ? { 'span.status': 'error', 'error.type': 'RangeError', 'error.message': 'page 40' } : {}),
        },
      ),
    );
    const below = spanLine({ trace: 1, span: 99, parent: 52, fromMs: 51 }, { 'span.name': 'needle' });
    const root = spanLine({ trace: 1, span: 1, durationMs: 70 }, { 'span.name': 'whole' });
    const { page } = await openPage(logWith([...steps, below, root]));
    await page.waitForSelector('text=1 trace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.span-row >> text=40 more fetch');
    await page.click('text=Collapse');
    await page.locator('#spans').focus();
    await page.keyboard.press('e');
    await page.waitForSelector('.span-panel >> text=page 40');
    await page.waitForSelector('.span-row.selected >> text=error');
    await page.fill('[aria-label="Search inside this trace"]', 'needle');
    await page.waitForSelector('text=1 found');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.span-row.selected .name:text("needle")');
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
    const bodies: Promise<Buffer>[] = [];
    page.on('response', (response) => void bodies.push(response.body()));
    await page.keyboard.press('Enter');
    await page.waitForSelector('.message >> text=What is new?');
    expect((await page.locator('article.message .text').textContent())?.length).toBeLessThan(5000);
    for (const least of [15_000, 100_000]) {
      await page.click('article.message >> text=Show more');
      await expect
        .poll(async () => (await page.locator('article.message .text').textContent())?.length)
        .toBeGreaterThan(least);
    }
    // The page has its work in pieces: no answer has much of the text, and no element has.
    const sizes = (await Promise.all(bodies)).map(({ length }) => length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThan(200_000);
    const longest = "Math.max(...[...document.querySelectorAll('.text > *')].map((node) => node.textContent.length))";
    expect(await page.evaluate(longest)).toBeLessThanOrEqual(10_000);
  });

  it('shows texts as a map, and leads from a line around some of them to their traces', async () => {
    const documents = (n: number): string =>
      json(
        Array.from({ length: 100 }, (_, page) => ({
          content:
            n % 2 === 0 ? `refund invoice ${page} ${n}` : `<img src=x onerror="alert(1)"> disk logs ${page} ${n}`,
        })),
      );
    const many = Array.from({ length: 100 }, (_, n) =>
      spanLine({ trace: n + 10, span: n + 1000 }, { 'gen_ai.retrieval.documents': documents(n) }),
    );
    const { page } = await openPage(logWith([...SMALL, ...many]));
    await page.waitForSelector('text=103 traces');
    await page.keyboard.press('m');
    await page.waitForSelector('text=/^3 texts/');
    expect(await violations(page)).toEqual([]);
    await page.selectOption('label:has-text("Texts") select', 'documents');
    await page.waitForSelector('text=/^10k texts/');
    await page.click('text=Colour by score');
    const box = await page.locator('.map-plot canvas').boundingBox();
    if (box === null) throw new Error('no canvas');
    const corners: readonly (readonly [number, number])[] = [
      [2, 2],
      [box.width - 2, 2],
      [box.width - 2, box.height - 2],
      [2, box.height - 2],
    ];
    await page.mouse.move(box.x + 2, box.y + 2);
    await page.mouse.down();
    for (const [x, y] of corners) await page.mouse.move(box.x + x, box.y + y);
    await page.mouse.up();
    await page.waitForSelector('.map-side >> text=10k texts');
    expect(await violations(page)).toEqual([]);
    expect(await page.locator('.map img').count()).toBe(0);
    await page.locator('.map-groups button').first().click();
    await page.click('.map-side p a');
    await page.waitForSelector('#traces .row .name');
    expect(await page.inputValue('#filter')).toMatch(/^trace:[0-9a-f]{32}/);
    await page.goto(`${page.url().split('#')[0]}#/map?filter=type:tool`);
    await page.waitForSelector('text=No texts');
  });
});
