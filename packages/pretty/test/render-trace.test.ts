import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { runs } from '../../../test/support/effort.ts';
import { AGENT_REQUEST, RAG_REQUEST, span } from '../../../test/support/printed-spans.ts';
import { renderTrace } from '../src/index.ts';
import { displayWidth } from '../src/printable.ts';

const plain = (records: readonly SpanRecord[], width = 100): string =>
  renderTrace(records, { width, color: false, unicode: true });

describe('a trace as a tree', () => {
  it.each([40, 80, 120])('looks like this with %i columns', async (width) => {
    const text = `${plain(RAG_REQUEST, width)}\n\n${plain(AGENT_REQUEST, width)}\n`;
    await expect(text).toMatchFileSnapshot(`golden/${width}.txt`);
  });

  it.each([40, 80, 120])('says the same in colour with %i columns', async (width) => {
    const colored = renderTrace(AGENT_REQUEST, { width, color: true, unicode: true });
    expect(stripVTControlCharacters(colored)).toBe(plain(AGENT_REQUEST, width));
    await expect(`${colored}\n`).toMatchFileSnapshot(`golden/${width}.ansi`);
  });

  it('is pure ASCII where the locale is not UTF-8', async () => {
    const text = renderTrace(RAG_REQUEST, { width: 80, color: false, unicode: false });
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    await expect(`${text}\n`).toMatchFileSnapshot('golden/80.ascii.txt');
  });

  it('does not depend on the order of the records', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...AGENT_REQUEST], { minLength: AGENT_REQUEST.length }), (shuffled) => {
        expect(plain(shuffled)).toBe(plain(AGENT_REQUEST));
      }),
      { numRuns: 50 },
    );
  });

  it.each([60, 80, 120, 200])('records what little is known of a span beside its bar with %i columns', (width) => {
    const request = span({ id: 'r', name: 'POST /feedback', type: 'http', 'http.response.status_code': 204 });
    expect(plain([request], width).split('\n')[0]).toMatch(/ms .* 204$/);
  });

  it.each([
    ['completed', false],
    ['endTurn', false],
    ['COMPLETE', false],
    ['tool-calls', false],
    ['max_tokens', true],
    ['SAFETY', true],
  ])('names the finish reason %s of a model call: %s', (reason, isNamed) => {
    const text = plain([span({ id: 'a', type: 'llm', 'gen_ai.response.finish_reasons': [reason] })]);
    expect(text.includes(reason)).toBe(isNamed);
  });

  it('is empty without a finished span', () => {
    expect(plain([])).toBe('');
    expect(plain([span({ id: 'a', 'event.name': 'span.start' })])).toBe('');
    expect(plain([{ 'event.name': 'span.end', 'span.name': 'no ids' }])).toBe('');
  });

  it('marks the step with the longest self time, not the one that merely contains it', () => {
    const text = plain([
      span({ id: 'r', ms: 100 }),
      span({ id: 'outer', parent: 'r', ms: 95 }),
      span({ id: 'short', parent: 'outer', ms: 30 }),
      span({ id: 'long', parent: 'outer', at: 30, ms: 60 }),
    ]);
    expect(text).toContain('◀ slowest long 60 ms');
    expect(text.split('\n').filter((line) => /ms ◀/.test(line))).toEqual([expect.stringContaining('long')]);
  });

  it('counts the time of children that overlap or outlast their parent once', () => {
    const text = plain([
      span({ id: 'r', ms: 100 }),
      span({ id: 'step', parent: 'r', ms: 100 }),
      span({ id: 'a', parent: 'step', at: 10, ms: 40 }),
      span({ id: 'b', parent: 'step', at: 20, ms: 40 }),
      span({ id: 'c', parent: 'step', at: 90, ms: 30 }),
    ]);
    expect(text).toContain('◀ slowest step 40 ms');
  });

  it('sums up what the spans say, and what the root knows of spans that are not in the log', () => {
    const records = [
      span({ id: 'm', parent: 'r', type: 'llm', 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 5 }),
      span({
        id: 'r',
        type: 'http',
        'spanline.rollup.spans': 4,
        'spanline.rollup.open': 1,
        'spanline.rollup.llm_calls': 3,
        'spanline.rollup.input_tokens': 30,
        'spanline.rollup.output_tokens': 15,
        'spanline.rollup.cost_usd': 0.5,
      }),
    ];
    expect(plain(records)).toContain('1 still open · 3 llm calls · 30→15 tok · $0.5');
  });

  it('puts scores into the summary', () => {
    const score = { 'event.name': 'gen_ai.evaluation.result', 'gen_ai.evaluation.name': 'faithfulness' };
    const label = { ...score, 'gen_ai.evaluation.name': 'tone', 'spanline.evaluation.label': 'formal' };
    const text = plain([...RAG_REQUEST, { ...score, 'gen_ai.evaluation.score.value': 0.92 }, label]);
    expect(text).toContain('score faithfulness 0.92 · score tone formal');
  });

  it('shows an error where it arose, and its type alone on the spans it passed', () => {
    const text = plain(AGENT_REQUEST, 120);
    expect(text.match(/✗ TimeoutError: /g)).toHaveLength(1);
    expect(text.split('\n')[0]).toMatch(/^✗ POST .* TimeoutError · 504$/);
    expect(text).toContain('at fetchOrder (/app/src/orders.ts:12:5)');
  });

  it('shows spans whose parent is not in the log, but takes a remote parent for granted', () => {
    const orphaned = plain([span({ id: 'r' }), span({ id: 'lost', parent: 'gone' })]);
    expect(orphaned).toMatch(/\(parent not in the log\)\n {2}└─ lost/);
    const joined = plain([span({ id: 'r', parent: 'gone', 'spanline.parent.remote': true })]);
    expect(joined).toMatch(/^ {2}r /);
  });

  it('draws two local roots of one trace below each other, or nested when their parent is there', () => {
    const outer = span({ id: 'outer', ms: 100 });
    const inner = (parent: string): SpanRecord => span({ id: 'inner', parent, at: 10, 'spanline.parent.remote': true });
    expect(plain([outer, inner('elsewhere')])).toMatch(/^ {2}outer .*\n {2}inner /);
    expect(plain([outer, inner('outer')])).toMatch(/^ {2}outer .*\n {2}└─ inner /);
  });

  it('merges long runs of equal siblings into one line', () => {
    const calls = Array.from({ length: 30 }, (_, index) =>
      span({ id: `s${index}`, parent: 'r', name: 'search', type: 'tool', at: index * 10, ms: index + 1 }),
    );
    const failed = span({ id: 'f', parent: 'r', name: 'search', type: 'tool', at: 400, 'span.status': 'error' });
    const text = plain([...calls, failed, span({ id: 'r', ms: 500 })]);
    expect(text.match(/search/g)).toHaveLength(3);
    expect(text).toMatch(/├─ 30 × search .* longest 30 ms/);
    expect(text).toMatch(/└─ search/);
  });
});

describe('hostile records', () => {
  const HOSTILE = [
    ['an escape sequence', '\u001b[2J\u001b[1;1Hgone'],
    ['a hyperlink', '\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007'],
    ['a clipboard write', '\u001b]52;c;ZXZpbA==\u001b\\x'],
    ['an unterminated sequence', '\u001b]0;title'],
    ['a C1 sequence', '\u009b31mred\u009d52;c;x\u009c'],
    ['a bell', 'ding\u0007'],
    ['a carriage return', 'safe\roverwritten'],
    ['line breaks', 'a\nb\r\nc\u2028d'],
    ['bidi overrides', 'user\u202Enimda\u2066x\u2069'],
    ['invisible tags', 'hi\u{e0041}\u200b\ufeff'],
    ['a lone surrogate', 'x\ud800y'],
    ['a megabyte', 'A'.repeat(1 << 20)],
    ['wide characters', '漢'.repeat(5000)],
    ['many combining marks', `e${'\u0301'.repeat(5000)}`],
    ['emoji', '👩‍👩‍👧‍👦🇩🇪1️⃣❤️'.repeat(50)],
  ] as const;
  const UNSAFE = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

  it.each(HOSTILE)('print harmlessly with %s anywhere', (_, text) => {
    const records = [
      span({
        id: `r${text}`.slice(0, 40),
        name: text,
        type: text,
        'span.status': text,
        'http.request.id': text,
        'gen_ai.request.model': text,
        'spanline.guardrail.action': text,
        'gen_ai.response.finish_reasons': [text],
      }),
      span({
        id: 'child',
        parent: text,
        name: text,
        'span.status': 'error',
        'error.type': text,
        'error.message': text,
        'error.stack': `x\n    at ${text}`,
      }),
      { 'event.name': 'gen_ai.evaluation.result', 'gen_ai.evaluation.name': text, 'spanline.evaluation.label': text },
    ] as SpanRecord[];
    for (const width of [20, 40, 80, 120]) {
      const tree = plain(records, width);
      expect(tree).not.toMatch(UNSAFE);
      for (const line of tree.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      expect(tree.length).toBeLessThan(20_000);
    }
  });

  it('never throw, and no line is wider than the terminal', () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const shape = fc.record({
      id: ids,
      parent: fc.option(ids, { nil: undefined }),
      name: fc.string({ unit: 'grapheme', maxLength: 60 }),
      type: fc.constantFrom('llm', 'http', 'tool', '__proto__', 'constructor'),
      at: fc.integer({ min: -1000, max: 1000 }),
      ms: fc.oneof(fc.constant(0), fc.integer({ min: -10, max: 100_000_000 })),
      'span.status': fc.constantFrom('ok', 'error', 'aborted'),
      'error.message': fc.string({ unit: 'grapheme', maxLength: 300 }),
      'gen_ai.usage.input_tokens': fc.integer(),
      'spanline.cost.usd': fc.double({ noNaN: true, noDefaultInfinity: true }),
      'gen_ai.response.time_to_first_chunk': fc.double({ noNaN: true, noDefaultInfinity: true }),
    });
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 12 }), fc.integer({ min: 20, max: 200 }), (shapes, width) => {
        const records = shapes.map(({ parent, ...rest }) => span(parent === undefined ? rest : { ...rest, parent }));
        for (const line of plain(records, width).split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }),
      { numRuns: runs(100, 3000) },
    );
  });

  it('show every span of a circle once', () => {
    const text = plain([
      span({ id: 'aa', parent: 'cc' }),
      span({ id: 'bb', parent: 'aa' }),
      span({ id: 'cc', parent: 'bb' }),
    ]);
    for (const name of ['aa', 'bb', 'cc']) expect(text.match(new RegExp(`─ ${name} `, 'g'))).toHaveLength(1);
    expect(plain([span({ id: 'self', parent: 'self' })])).toContain('self');
  });

  it('may nest 20,000 levels deep', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) =>
      index === 0 ? span({ id: 'n0' }) : span({ id: `n${index}`, parent: `n${index - 1}` }),
    );
    const text = plain(chain);
    expect(text).toContain('n19999');
    expect(text.length).toBeLessThan(20_000 * 101);
  });

  it('may have a great many children of one span', () => {
    const count = runs(50_000, 200_000);
    const children = Array.from({ length: count }, (_, index) => span({ id: `n${index}`, parent: 'r', name: 'step' }));
    expect(plain([...children, span({ id: 'r' })])).toContain(`${count} × step`);
  });
});
