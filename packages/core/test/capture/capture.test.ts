import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES, CONTENT_KEYS, type ContentAttributes, type SpanRecord } from '@spanline/record';
import { runs } from '../../../../test/support/effort.ts';
import { type CaptureOptions, createCapture } from '../../src/capture/index.ts';
import { OWN_KEYS, protectedKeys } from '../../src/capture/keys.ts';

const subject = () =>
  ({
    type: 'llm',
    name: 'x',
    status: 'ok',
    labels: {},
    traceFailed: false,
    scores: {},
    traceId: '',
    attributes: {},
  }) as const;

function captured(content: ContentAttributes, options: Partial<CaptureOptions> = {}, record: SpanRecord = {}) {
  const capture = createCapture({ capture: 'redacted', destination: 'small', ...options });
  const report = capture.apply(record, content, {
    mode: capture.mode(undefined, subject),
    memory: capture.createMemory(),
  });
  return { record: record as Record<string, unknown>, report };
}

function input(value: unknown, options: Partial<CaptureOptions> = {}): unknown {
  const { record } = captured({ 'spanline.input': value }, options);
  return JSON.parse(record['spanline.input'] as string) as unknown;
}

describe('values of the host', () => {
  it('become plain JSON', () => {
    class Person {
      name = 'Ada';
      #secret = 1;
      get age(): number {
        return this.#secret;
      }
    }
    const value = {
      bigint: 10n,
      huge: 2n ** 80n,
      map: new Map<string, unknown>([['a', 1]]),
      pairs: new Map([[{}, 1]]),
      set: new Set([1, 2]),
      date: new Date(0),
      never: new Date(Number.NaN),
      url: new URL('https://example.com/'),
      error: new TypeError('boom'),
      regexp: /x/g,
      symbol: Symbol('s'),
      fn: function named() {},
      buffer: Buffer.from('abc'),
      floats: new Float32Array(4),
      promise: Promise.resolve(1),
      nan: Number.NaN,
      nothing: undefined,
      person: new Person(),
    };
    expect(input(value)).toEqual({
      bigint: 10,
      huge: '1208925819614629174706176',
      map: { a: 1 },
      pairs: [[{}, 1]],
      set: [1, 2],
      date: '1970-01-01T00:00:00.000Z',
      never: 'Invalid Date',
      url: 'https://example.com/',
      error: { type: 'TypeError', message: 'boom' },
      regexp: '/x/g',
      symbol: 'Symbol(s)',
      fn: '[function named]',
      buffer: { mime_type: 'application/octet-stream', bytes: 3 },
      floats: { vector_dimensions: 4 },
      promise: '[promise]',
      nan: 'NaN',
      person: { name: 'Ada' },
    });
  });

  it('that have no keys say what they hold', () => {
    const form = new FormData();
    form.append('a', '1');
    form.append('a', '2');
    form.append('file', new Blob(['hi'], { type: 'text/plain' }), 'a.txt');
    const failed = Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'E_X' });
    expect(
      input({
        query: new URLSearchParams('a=1&password=olive'),
        headers: new Headers({ accept: '*/*', authorization: 'olive' }),
        form,
        request: new Request('https://example.org/x', { method: 'POST', body: 'b' }),
        response: new Response('b', { status: 404 }),
        blob: new Blob(['hello']),
        failed,
        many: new AggregateError([new Error('e1')], 'many'),
        aborted: new DOMException('stop', 'AbortError'),
      }),
    ).toEqual({
      query: { a: '1', password: '[SECRET]' },
      headers: { accept: '*/*', authorization: '[SECRET]' },
      form: { a: ['1', '2'], file: { name: 'a.txt', mime_type: 'text/plain', bytes: 2 } },
      request: { method: 'POST', url: 'https://example.org/x' },
      response: { status: 404 },
      blob: { bytes: 5 },
      failed: { type: 'Error', message: 'outer', code: 'E_X', cause: { type: 'TypeError', message: 'inner' } },
      many: { type: 'AggregateError', message: 'many', errors: [{ type: 'Error', message: 'e1' }] },
      aborted: { type: 'AbortError', message: 'stop' },
    });
  });

  it('in Base64 beside a media type are described, however short they are', () => {
    const png = { modality: 'image', mime_type: 'image/png', bytes: 8 };
    const data = 'iVBORw0KGgo=';
    expect(
      input({
        mcp: { type: 'image', data, mimeType: 'image/png' },
        anthropic: { source: { type: 'base64', media_type: 'image/png', data } },
        text: { type: 'text', media_type: 'text/plain', data: 'hello' },
        alone: { data },
      }),
    ).toMatchObject({
      mcp: { type: 'image', data: png },
      anthropic: { source: { data: png } },
      text: { data: 'hello' },
      alone: { data },
    });
  });

  it('may be circular, hostile and unreadable', () => {
    const circular: Record<string, unknown> = { name: 'loop' };
    circular['self'] = circular;
    const getter = Object.defineProperty({ fine: 1 }, 'bad', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    const proxy = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no');
        },
      },
    );
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(
      input({
        circular,
        getter,
        proxy,
        revoked,
        json: {
          toJSON: () => {
            throw new Error('no');
          },
        },
      }),
    ).toEqual({
      circular: { name: 'loop', self: '[circular]' },
      getter: { fine: 1, bad: '[unreadable]' },
      proxy: '[unreadable]',
      revoked: '[unreadable]',
      json: '[unreadable]',
    });
  });

  it('are written while one of them ends another span', () => {
    const capture = createCapture({ capture: 'redacted', destination: 'small' });
    const settings = { mode: 'redacted', memory: capture.createMemory() } as const;
    const inner: SpanRecord = {};
    const value = {
      before: ['anna@example.com'],
      now: {
        toJSON() {
          capture.apply(inner, { 'spanline.input': { list: [[1], [2]] }, 'spanline.output': 'inner' }, settings);
          return ['now'];
        },
      },
      after: ['after'],
    };
    const outer: SpanRecord = {};
    capture.apply(outer, { 'spanline.input': value, 'spanline.output': [value.after] }, settings);
    expect(inner).toMatchObject({ 'spanline.input': '{"list":[[1],[2]]}', 'spanline.output': '"inner"' });
    expect(outer).toMatchObject({
      'spanline.input': '{"before":["[EMAIL_1]"],"now":["now"],"after":["after"]}',
      'spanline.output': '[["after"]]',
      'spanline.redactions': 1,
    });
  });

  it('are on the line in one order, whatever the order in which they were set', () => {
    const given = Object.fromEntries(CONTENT_KEYS.toReversed().map((key) => [key, 'x']));
    const { record } = captured(given);
    expect(Object.keys(record).filter((key) => key in given)).toEqual(CONTENT_KEYS);
  });

  it('keep keys that would change a prototype as keys', () => {
    const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}') as object;
    const { record } = captured({ 'spanline.input': value });
    expect(record['spanline.input']).toBe('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('are cut in depth, length and keys, and the line says so', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 200; level++) deep = { deep };
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index]));
    const { record } = captured({
      'spanline.input': { deep, many, long: Array.from({ length: 1200 }, () => 0) },
    });
    const text = record['spanline.input'] as string;
    expect(text).toContain('[…]');
    expect(text).toContain('[+100 keys]');
    expect(text).toContain('[+200 elements]');
    expect(record['spanline.truncated']).toEqual(['spanline.input']);
  });

  it('hold well-formed text only', () => {
    expect(input('a\uD800b')).toBe('a\uFFFDb');
  });

  it('leave payloads and vectors out', () => {
    const png = Buffer.alloc(600, 7).toString('base64');
    const long = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 37) % 251)).toString('base64');
    const vector = Array.from({ length: 1536 }, (_, index) => index / 7);
    const seen = input({ url: `data:image/png;base64,${png}`, long, vector }) as Record<string, object>;
    expect(seen['url']).toMatchObject({ modality: 'image', mime_type: 'image/png', bytes: 600 });
    expect(seen['long']).toMatchObject({ bytes: 3000 });
    expect(seen['vector']).toEqual({ vector_dimensions: 1536 });
  });

  it('of any kind become JSON within the limits', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withDate: true,
          withNullPrototype: true,
        }),
        (value) => {
          const { record } = captured({ 'spanline.input': value, 'spanline.output': value });
          const text = record['spanline.input'];
          if (text === undefined) return;
          JSON.parse(text as string);
          expect(Buffer.byteLength(text as string)).toBeLessThanOrEqual(8192);
        },
      ),
      { numRuns: runs(100, 3000) },
    );
  });
});

describe('limits', () => {
  const text = (bytes: number): string => 'ä'.repeat(bytes / 2);

  it('hold a 10 MB prompt within one field', () => {
    const { record } = captured({ 'spanline.input': text(10_000_000) });
    expect(Buffer.byteLength(record['spanline.input'] as string)).toBeLessThanOrEqual(8200);
    expect(record['spanline.input']).toMatch(/…\[\+\d+ bytes\]"$/);
    expect(record['spanline.content.input_bytes']).toBe(10_000_000);
    expect(record['spanline.truncated']).toEqual(['spanline.input']);
  });

  it('of very long texts in several scripts are counted within one per cent of their size', () => {
    const text = 'Grüße, мир, 世界! Plain words follow, and more of them. '.repeat(80_000);
    const { record } = captured({ 'spanline.input': text });
    const size = Buffer.byteLength(text);
    expect(Math.abs((record['spanline.content.input_bytes'] as number) - size)).toBeLessThan(size / 100);
  });

  it('record exactly how many bytes are gone', () => {
    const kept = input(text(20_000)) as string;
    const [, gone] = /…\[\+(\d+) bytes\]$/.exec(kept) ?? [];
    expect(Buffer.byteLength(kept.slice(0, kept.lastIndexOf('…'))) + Number(gone)).toBe(20_000);
  });

  it('cut the oldest messages first and keep the system and the newest one', () => {
    const message = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
    const messages = [
      message('system', 'rules'),
      ...Array.from({ length: 40 }, (_, index) => message('user', `${index} ${text(600)}`)),
    ];
    const { record } = captured({ 'gen_ai.input.messages': messages });
    const kept = JSON.parse(record['gen_ai.input.messages'] as string) as typeof messages;
    expect(kept.at(-1)?.parts[0]?.content).toBe(messages.at(-1)?.parts[0]?.content);
    expect(Buffer.byteLength(record['gen_ai.input.messages'] as string)).toBeLessThanOrEqual(8192);
    for (const { role, parts } of kept) expect([typeof role, Array.isArray(parts)]).toEqual(['string', true]);
  });

  it('keep the first of many short texts', () => {
    const kept = input(Array.from({ length: 400 }, (_, index) => `${index} ${text(200)}`)) as string[];
    expect(kept[0]).toMatch(/^0 ä/);
    expect(kept.at(-1)).toMatch(/^…\[\+\d+ elements\]$/);
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(8192);
  });

  it('shrink documents before messages and messages before the answer', () => {
    const message = (role: string) => ({ role, parts: [{ type: 'text', content: text(6000) }] });
    const { record } = captured({
      'gen_ai.retrieval.documents': [{ id: 'd1', content: text(6000) }],
      'gen_ai.input.messages': [message('user')],
      'gen_ai.output.messages': [message('assistant')],
    });
    expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThanOrEqual(15_360);
    expect(record['spanline.truncated']).toEqual(['gen_ai.retrieval.documents']);
  });

  it('hold the whole line, whatever its attributes are', () => {
    const labels = Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`labels.l${index}`, text(4000)]));
    const { record } = captured({ 'spanline.input': text(9000) }, {}, { ...labels } as unknown as SpanRecord);
    expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThanOrEqual(15_360);
  });

  it('are larger for a file', () => {
    expect(Buffer.byteLength(input(text(40_000), { destination: 'large' }) as string)).toBe(40_000);
  });
});

describe('texts that were found clean before', () => {
  const run = (options: Partial<CaptureOptions>, ...inputs: readonly unknown[]): unknown[] => {
    const capture = createCapture({ capture: 'redacted', destination: 'small', ...options });
    return inputs.map((value) => {
      const record: SpanRecord = {};
      capture.apply(
        record,
        { 'spanline.input': value },
        { mode: capture.mode(undefined, subject), memory: capture.createMemory() },
      );
      return JSON.parse(record['spanline.input'] ?? 'null') as unknown;
    });
  };

  it('are still secrets under the name of one, and are counted and cut like all others', () => {
    expect(run({}, 'hunter22', { password: 'hunter22', note: 'hunter22' }, 'hunter22')).toEqual([
      'hunter22',
      { password: '[SECRET]', note: 'hunter22' },
      'hunter22',
    ]);
    const capture = createCapture({ capture: 'redacted', destination: 'small' });
    for (let round = 0; round < 2; round++) {
      const record: SpanRecord = {};
      capture.apply(
        record,
        { 'spanline.input': ['ä'.repeat(100), 'b'] },
        { mode: 'redacted', memory: capture.createMemory() },
      );
      expect(record['spanline.content.input_bytes']).toBe(201);
    }
    const words = Array.from({ length: 200 }, (_, index) => `${index} `.repeat(40));
    const [first, second] = run({ limits: { fieldBytes: 2000 } }, words, words);
    expect(second).toEqual(first);
  });

  it('are not those that a rule or a detector changed', () => {
    expect(run({}, 'a@b.org', 'a@b.org', 'x')).toEqual(['[EMAIL_1]', '[EMAIL_1]', 'x']);
    let calls = 0;
    const detector = (text: string) => {
      calls++;
      return calls > 1 ? [{ start: 0, end: text.length, name: 'LATE' }] : [];
    };
    expect(run({ redact: { detectors: [detector] } }, 'plain', 'plain')).toEqual(['plain', '[LATE_1]']);
    const capture = createCapture({ capture: 'redacted', destination: 'small' });
    const seen = (['full', 'redacted', 'full'] as const).map((mode) => {
      const record: SpanRecord = {};
      capture.apply(record, { 'spanline.input': 'a@b.org' }, { mode, memory: capture.createMemory() });
      return record['spanline.input'];
    });
    expect(seen).toEqual(['"a@b.org"', '"[EMAIL_1]"', '"a@b.org"']);
  });

  it('may be as long as documents and prompts, and come in any number', () => {
    const texts = Array.from({ length: 200 }, (_, index) => `${index} äb "quoted"\n`.repeat(100 + index * 5));
    const [first, second] = run({ limits: { fieldBytes: 5e6, lineBytes: 6e6 } }, texts, [...texts, ...texts]);
    expect(first).toEqual(texts);
    expect(second).toEqual([...texts, ...texts]);
  });

  it('are no payloads: content describes those that an attribute holds as they are', () => {
    const payload = 'iVBORw0KGgo1'.repeat(60);
    const capture = createCapture({ capture: 'redacted', destination: 'small' });
    const record: SpanRecord = { 'error.message': payload };
    capture.apply(record, undefined, { mode: 'redacted', memory: capture.createMemory() });
    expect(record['error.message']).toBe(payload);
    const next: SpanRecord = {};
    capture.apply(next, { 'spanline.input': payload }, { mode: 'redacted', memory: capture.createMemory() });
    expect(JSON.parse(next['spanline.input'] as string)).toMatchObject({ mime_type: 'image/png', bytes: 540 });
  });

  it('are let go in time', () => {
    const texts = Array.from({ length: 5000 }, (_, index) => `text ${index}`);
    const [seen] = run({ limits: { arrayLength: 10_000, fieldBytes: 1e6, lineBytes: 2e6 } }, [...texts, ...texts]);
    expect(seen).toEqual([...texts, ...texts]);
  });
});

describe('modes', () => {
  const content: ContentAttributes = {
    'gen_ai.input.messages': [
      { role: 'user', parts: [{ type: 'text', content: 'mail a@b.org, key sk-abcdefghijklmnop1234' }] },
    ],
  };

  it('redacted replaces personal data and credentials', () => {
    const { record, report } = captured(content);
    expect(record['gen_ai.input.messages']).toContain('mail [EMAIL_1], key [API_KEY_1]');
    expect(record['spanline.redactions']).toBe(2);
    expect(report.rules).toEqual({ API_KEY: 1, EMAIL: 1 });
  });

  it('full keeps all but credentials', () => {
    const { record } = captured(content, { capture: 'full' });
    expect(record['gen_ai.input.messages']).toContain('mail a@b.org, key [API_KEY_1]');
  });

  it('metadata writes no content, no error text, and still counts', () => {
    const draft = {
      'error.message': 'bad prompt: a@b.org',
      'error.cause': 'Error: a@b.org is unknown',
      'error.stack': 'Error: bad prompt\n    at run (file.js:1:2)',
    } as SpanRecord;
    const { record } = captured(content, { capture: 'metadata' }, draft);
    expect(record['gen_ai.input.messages']).toBeUndefined();
    expect(record['error.message']).toBeUndefined();
    expect(record['error.cause']).toBeUndefined();
    expect(record['error.stack']).toBe('    at run (file.js:1:2)');
    expect(record['spanline.content.input_bytes']).toBeGreaterThan(40);
  });

  it('hashed writes keyed hashes of content', () => {
    const { record } = captured(content, { capture: 'hashed', hashKey: 'k' });
    expect(JSON.parse(record['gen_ai.input.messages'] as string)).toMatchObject({
      hmac: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    expect(record['spanline.hash.key_id']).toMatch(/^[0-9a-f]{8}$/);
  });

  it('hashed without a key is refused', () => {
    expect(() => captured({}, { capture: 'hashed' })).toThrow(/hashKey/);
    expect(() => captured({}, { redact: { hash: ['user.id'] } })).toThrow(/hashKey/);
  });

  it('a policy that fails writes no content', () => {
    const policy = () => {
      throw new Error('no');
    };
    expect(captured(content, { capture: policy }).record['spanline.capture.mode']).toBe('metadata');
    expect(captured(content, { capture: (() => 'everything') as never }).record['spanline.capture.mode']).toBe(
      'metadata',
    );
  });

  it('values asked to be hashed are the same everywhere and nowhere raw', () => {
    const options = { hashKey: 'k', redact: { hash: ['user.id', 'labels.email', 'message'] } };
    const draft = (): SpanRecord => ({
      'user.id': 'jane',
      'labels.email': 'a@b.org',
      'span.name': 'for',
      message: 'for jane 1 ms',
    });
    const first = captured({}, options, draft()).record;
    expect(first).toEqual(captured({}, options, draft()).record);
    expect(JSON.stringify(first)).not.toMatch(/jane|a@b\.org/);
  });

  it('every other text of a record passes the rules, also one that no schema knows', () => {
    const record: Record<string, unknown> = {
      'labels.mail': 'a@b.org',
      'labels.password': 'hunter22',
      'x.y': 'a@b.org',
    };
    for (const [key, { kind }] of Object.entries(ATTRIBUTES)) {
      if (kind === 'string' || kind === 'text') record[key] = 'a@b.org';
      if (kind === 'strings') record[key] = ['a@b.org'];
    }
    const own = new Set([...OWN_KEYS, ...protectedKeys([])]);
    captured({}, {}, record as SpanRecord);
    expect(Object.keys(record).filter((key) => !own.has(key) && /a@b|hunter/.test(String(record[key])))).toEqual([]);
    const typed = [
      'message',
      'span.name',
      'span.path',
      'user.id',
      'session.id',
      'error.message',
      'error.stack',
      'url.path',
    ];
    expect(typed.filter((key) => own.has(key))).toEqual([]);
  });

  it('ids and model names survive every rule', () => {
    const ids = {
      trace_id: '4111111111111111411111111111111a',
      span_id: '4111111111111111',
      'http.request.id': 'a@b.org',
      'gen_ai.request.model': '10.20.30.40',
    } as SpanRecord;
    expect(captured({}, {}, { ...ids }).record).toMatchObject(ids);
  });
});
