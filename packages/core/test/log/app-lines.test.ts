import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Logger, pino } from 'pino';
import { pino as pino8 } from 'pino8';
import { describe, expect, it, onTestFinished } from 'vitest';
import { correlation, createLogger, createTracer, type LoggerOptions, withContext } from '../../src/index.ts';
import { strictParse } from './strict-json.ts';

type Line = Record<string, unknown>;

function sink() {
  const raw: string[] = [];
  return {
    raw,
    write: (line: string) => void raw.push(line),
    read: () => raw.map((line) => strictParse(line) as Line),
  };
}

function memory(options: LoggerOptions = {}) {
  const { write, read, raw } = sink();
  return { logger: createLogger({ pretty: false, ...options }, { write }), read, raw };
}

const KEY = 'sk-proj-Ab3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hJ3kL6nP9r';

describe('a logged error', () => {
  it('tells its causes, with their codes', () => {
    const { logger, read } = memory();
    const root = Object.assign(new Error('getaddrinfo failed'), { code: 'ENOTFOUND' });
    const middle = new TypeError('fetch failed', { cause: root });
    logger.error(new RangeError('no rates today', { cause: middle }), 'job failed');
    expect(read()[0]).toMatchObject({
      message: 'job failed',
      'error.type': 'RangeError',
      'error.message': 'no rates today: fetch failed: getaddrinfo failed',
      'error.cause': 'TypeError: fetch failed\nENOTFOUND: getaddrinfo failed',
    });
    expect(read()[0]?.['error.stack']).toContain('caused by: TypeError: fetch failed');
  });

  it('keeps its own fields and the errors that it stands for', () => {
    const { logger, read } = memory();
    const inner = Object.assign(new Error('timeout'), { attempt: 2 });
    const failed = Object.assign(new AggregateError([inner, new SyntaxError('bad')], 'both failed'), {
      statusCode: 502,
      code: 'E_BOTH',
      detail: { table: 'orders', by: new Error('constraint') },
    });
    logger.warn({ err: failed });
    expect(read()[0]).toMatchObject({
      message: 'both failed',
      'error.type': 'AggregateError',
      'error.statusCode': 502,
      'error.code': 'E_BOTH',
      'error.detail': { table: 'orders', by: { type: 'Error', message: 'constraint' } },
      'error.cause': 'Error: timeout; SyntaxError: bad',
      'error.aggregateErrors': [
        { type: 'Error', message: 'timeout', attempt: 2 },
        { type: 'SyntaxError', message: 'bad' },
      ],
    });
  });

  it('is told at any depth, in objects, arrays, maps and bindings', () => {
    const { logger, read } = memory();
    const error = Object.assign(new Error('deep'), { code: 'E1' });
    logger.info({ jobs: [{ results: new Map([['a', { reason: error }]]) }], seen: new Set([error]) }, 'x');
    const told = { type: 'Error', message: 'deep', code: 'E1' };
    expect(read()[0]).toMatchObject({ jobs: [{ results: [['a', { reason: told }]] }], seen: [told] });
  });

  it('is written whatever it is made of', () => {
    const { logger, read } = memory();
    const own = Object.assign(new Error('own'), { big: 7n });
    Object.defineProperty(own, 'broken', {
      enumerable: true,
      get(): never {
        throw new Error('no');
      },
    });
    Object.assign(own, { self: own });
    const frozen = Object.freeze(new Error('frozen', { cause: 'a text' }));
    const circular = new Error('first');
    circular.cause = new Error('second', { cause: circular });
    for (const error of [own, frozen, circular]) logger.error(error);
    expect(read().map((line) => line['error.type'])).toEqual(['Error', 'Error', 'Error']);
    expect(read()[0]).toMatchObject({ 'error.big': '7', 'error.broken': '[unreadable]', 'error.self': '[Circular]' });
    expect(read()[1]).toMatchObject({ 'error.message': 'frozen', 'error.cause': 'string: a text' });
    expect(read()[2]?.['error.cause']).toBe('Error: second');
  });
});

describe('a logged object', () => {
  it('loses only the place where a circle closes, and what cannot be read', () => {
    const { logger, read } = memory();
    const parent: Line = { id: 1, children: [] };
    parent['children'] = [{ id: 2, parent, count: 12345678901234567890n }];
    const twice = { same: true };
    const odd = {
      get broken(): never {
        throw new Error('no');
      },
      kept: 1,
    };
    logger.info({ parent, a: twice, b: twice, odd, date: new Date(0) }, 'x');
    expect(read()[0]).toMatchObject({
      parent: { id: 1, children: [{ id: 2, parent: '[Circular]', count: '12345678901234567890' }] },
      a: twice,
      b: twice,
      odd: { broken: '[unreadable]', kept: 1 },
      date: '1970-01-01T00:00:00.000Z',
    });
  });
});

describe('the paths of `redact` on an error', () => {
  const secret = (): Error =>
    Object.assign(new Error('pin x1234x of Bea', { cause: new Error('pin x1234x') }), { pin: 'x1234x' });

  it.each([
    ['in pino’s words', ['err.message', 'err.stack', 'err.pin']],
    ['in the words of the line', ['error.message', 'error.stack', 'error.pin']],
    ['with brackets', ['err["message"]', "err['stack']", 'err[pin]']],
    ['of the flat keys', ['["error.message"]', '["error.stack"]', '["error.cause"]', 'err.pin']],
    ['with wildcards', ['*.message', '*.stack', '*.pin']],
    ['of all fields', ['err.*']],
    ['of the whole error', ['err']],
    ['that remove', { paths: ['err.message', 'err.stack', 'err.pin'], remove: true }],
    ['with a censor', { paths: ['err.message', 'err.stack', 'err.pin'], censor: (value: unknown) => typeof value }],
  ])('hold %s', (_case, redact) => {
    const { logger, raw, read } = memory({ redact });
    logger.error({ err: secret() }, 'failed');
    expect(raw[0]).not.toContain('x1234x');
    expect(read()[0]).toMatchObject({ message: 'failed' });
  });

  it('hold on a child that has its own', () => {
    const { logger, raw } = memory();
    logger
      .child({}, { redact: ['err.message', 'err.stack', 'err.pin', 'user.name'] })
      .error({ err: secret(), user: { name: 'x1234x' } }, 'x');
    expect(raw[0]).not.toContain('x1234x');
  });
});

describe('the paths of `redact` on what an error arose from', () => {
  const root = (): Error =>
    Object.assign(new Error('door x7731x', { cause: { lock: 'door x7731x' } }), { code: 'Dx7731x' });
  const caused = (): Error => new Error('closed', { cause: root() });
  const parted = (): Error => new AggregateError([new Error('door x7731x'), new Error('door x7731x')], 'closed');
  const both = (): Error => new Error('closed', { cause: new AggregateError([new Error('door x7731x')], 'all') });

  const CASES: [path: string, error: () => Error][] = [
    ['err.aggregateErrors', parted],
    ['err.aggregateErrors[*].message', () => new AggregateError([{ message: 'door x7731x' }], 'closed')],
    ['error.errors', parted],
    ['err["aggregateErrors"]', parted],
    ['err.cause.aggregateErrors', both],
    ['err.cause.errors[*].message', () => new Error('closed', { cause: { errors: [{ message: 'door x7731x' }] } })],
    ['err.cause', caused],
    ['*.cause', caused],
    ['err.cause.message', () => new Error('closed', { cause: new Error('door x7731x') })],
    ['err.cause.code', () => new Error('closed', { cause: Object.assign(new Error('x'), { code: 'Dx7731x' }) })],
    ['err.cause.cause.message', () => new Error('closed', { cause: new Error('x', { cause: new Error('x7731x') }) })],
  ];
  const LOGGERS: [title: string, log: (redact: LoggerOptions['redact'], write: (line: string) => void) => Logger][] = [
    ['createLogger', (redact, write) => createLogger({ pretty: false, ...(redact && { redact }) }, { write })],
    [
      'the tracer',
      (redact, write) => {
        const logger = createLogger({ pretty: false }, { write });
        return createTracer({ logger, ...(redact && { redact }), statsIntervalSeconds: 0 }).logger;
      },
    ],
  ];

  describe.each(LOGGERS)('of %s', (_title, loggerWith) => {
    it.each(CASES)('%s', (path, make) => {
      for (const redact of [[path], { paths: [path], censor: '(gone)' }, { paths: [path], remove: true }]) {
        const { write, raw, read } = sink();
        const error = make();
        error.stack = 'Error: closed\n    at shop.js:1:1';
        loggerWith(redact, write).error({ err: error }, 'failed');
        expect(raw[0]).not.toContain('x7731x');
        expect(read()[0]).toMatchObject({ message: 'failed', 'error.message': 'closed', 'error.stack': error.stack });
      }
    });

    it.each(['msg', 'message'])('%s, which is the message in pino and on the line', (path) => {
      for (const redact of [[path], { paths: [path], censor: '(gone)' }]) {
        const { write, raw } = sink();
        loggerWith(redact, write).info({ id: 7 }, 'door x7731x');
        expect(raw[0]).not.toContain('x7731x');
        expect(raw[0]).toContain('"id":7');
      }
    });

    it.each([
      ['job.failed.cause', 'job'],
      ['job.failed.cause.message', 'job'],
      ['*.failed.cause', 'job'],
      ['job.*.cause.message', 'job'],
      ['err.origin.failed.cause', 'err'],
      ['error.origin.failed.cause.message', 'err'],
      ['list[*].failed.cause', 'list'],
    ])('%s, deep in an object', (path, key) => {
      for (const redact of [[path], { paths: [path], censor: '(gone)' }, { paths: [path], remove: true }]) {
        const { write, raw, read } = sink();
        const failed = new Error('closed', { cause: new Error('door x7731x') });
        failed.stack = 'Error: closed\n    at shop.js:1:1';
        const values: Record<string, unknown> = {
          job: { failed, id: 7 },
          list: [{ failed, id: 7 }],
          err: Object.assign(new Error('no job'), { origin: { failed, id: 7 } }),
        };
        loggerWith(redact, write).error({ [key]: values[key] }, 'failed');
        expect(raw[0]).not.toContain('x7731x');
        expect(raw[0]).toContain('"id":7');
        expect(raw[0]).toContain('at shop.js:1:1');
        expect(read()[0]).toMatchObject({ message: 'failed' });
      }
    });

    it('apply a censor once to each value', () => {
      const { write, read } = sink();
      const censor = (value: unknown): string => `<${String(value)}>`;
      loggerWith({ paths: ['job.id', 'job.failed.code'], censor }, write).info({
        job: { id: 7, failed: Object.assign(new Error('closed'), { code: 'E1' }) },
      });
      expect(read()[0]).toMatchObject({ job: { id: '<7>', failed: { code: '<E1>', message: 'closed' } } });
    });

    it('remove a whole error', () => {
      const { write, read } = sink();
      loggerWith({ paths: ['err'], remove: true }, write).error(new Error('closed'), 'failed');
      expect(Object.keys(read()[0] ?? {}).filter((key) => key.startsWith('err'))).toEqual([]);
    });

    it('leave the causes of which they hide nothing', () => {
      const { write, read } = sink();
      loggerWith(['err.pin', 'err.cause.pin'], write).error(new Error('closed', { cause: new Error('jammed') }));
      expect(read()[0]).toMatchObject({ 'error.message': 'closed: jammed', 'error.cause': 'Error: jammed' });
    });
  });
});

describe('personal data and credentials on lines of the application', () => {
  it('are replaced wherever they stand, and the words around them stay', () => {
    const { logger, read, raw } = memory();
    logger.child({ owner: 'kim@firm.example' }).info(
      {
        note: `ask kim@firm.example or use ${KEY}`,
        deep: [{ list: ['kim@firm.example'], body: JSON.stringify({ mail: 'kim@firm.example', password: 'short' }) }],
        password: 'short',
        'lee@firm.example': 1,
      },
      'mail of %s',
      'kim@firm.example',
    );
    logger.error(new Error(`no access with ${KEY}`));
    expect(raw.join('')).not.toMatch(/kim@|lee@|sk-proj/);
    expect(read()[0]).toMatchObject({
      message: 'mail of [EMAIL_1]',
      owner: '[EMAIL_1]',
      note: 'ask [EMAIL_1] or use [API_KEY_1]',
      deep: [{ list: ['[EMAIL_1]'], body: '{"mail":"[EMAIL_1]","password":"[SECRET]"}' }],
      password: '[SECRET]',
      '[EMAIL_2]': 1,
    });
  });

  it('have the same number on a line and on the spans of its request', () => {
    const { logger, read } = memory();
    const tracer = createTracer({ logger, statsIntervalSeconds: 0 });
    tracer.withSpan({ name: 'ask', input: 'from a@b.example and c@d.example' }, () => {
      logger.info('again c@d.example');
      tracer.withSpan({ name: 'step', input: 'c@d.example' }, () => tracer.logger.info('and c@d.example'));
    });
    const [first, second, , root] = read();
    expect([first?.['message'], second?.['message']]).toEqual(['again [EMAIL_1]', 'and [EMAIL_1]']);
    expect(root?.['spanline.input']).toBe('"from [EMAIL_2] and [EMAIL_1]"');
    expect(tracer.stats().redactedByRule['EMAIL']).toBe(4);
  });

  it('leave ids, numbers and text without them as they are, digit for digit', () => {
    const { logger, raw } = memory();
    logger
      .child({ build: '1.2.3.4' }, {})
      .info({ trace: '4bf92f3577b34da6a3ce929d0e0e4736', text: 'a "quoted"\n line', n: 1e21 }, 'x');
    expect(raw[0]).toContain(
      String.raw`"trace":"4bf92f3577b34da6a3ce929d0e0e4736","text":"a \"quoted\"\n line","n":1e+21`,
    );
  });

  it('stay if an option asks for it, but for what paths hide', () => {
    const { logger, read } = memory({ redactLines: false, redact: ['pin'] });
    const tracer = createTracer({ logger, statsIntervalSeconds: 0 });
    logger.info({ pin: 1 }, 'to a@b.example');
    tracer.logger.info('to a@b.example');
    createTracer({ logger: memory().logger, redactLines: false, statsIntervalSeconds: 0 });
    expect(read()).toMatchObject([{ message: 'to a@b.example', pin: '[Redacted]' }, { message: 'to a@b.example' }]);
  });

  it('follow the rules, hashes and mode of the tracer', () => {
    const { write, read } = sink();
    const redact = { custom: [{ name: 'CASE', pattern: /C-\d{4}/g }], hash: ['user.id'] };
    const tracer = createTracer({
      logger: pino({}, { write }),
      redact,
      hashKey: 'k',
      capture: 'full',
      statsIntervalSeconds: 0,
    });
    withContext({ userId: 'bea' }, () => tracer.logger.info(`C-1234 of a@b.example with ${KEY}`));
    const [line] = read();
    expect(line).toMatchObject({ 'user.id': expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    expect(line?.['msg']).toMatch(/^C-1234 of a@b.example with \[API_KEY/);
  });
});

describe('a long line of the application', () => {
  it('fits into what container runtimes take, stays JSON, and says what was cut', () => {
    const { logger, raw, read } = memory();
    logger.info(
      { body: 'é'.repeat(60_000), rows: Array.from({ length: 9000 }, (_, id) => ({ id })), kept: 'short' },
      'long',
    );
    expect(Buffer.byteLength(raw[0] ?? '')).toBeLessThanOrEqual(15_360);
    expect(read()[0]).toMatchObject({ message: 'long', kept: 'short', 'spanline.truncated': ['body', 'rows'] });
    expect(read()[0]?.['body']).toMatch(/…\[\+\d+ bytes\]$/);
  });

  it('keeps as many elements of a list as there is room for', () => {
    const { logger, raw, read } = memory();
    const numbers = Array.from({ length: 9000 }, (_, index) => index);
    const rows = Array.from({ length: 600 }, (_, id) => ({ id, name: `row ${id} of a table with many rows` }));
    logger.info({ numbers: numbers.slice(0, 2500), rows: [] }, 'fits');
    expect(read()[0]).toMatchObject({ numbers: numbers.slice(0, 2500) });
    expect(read()[0]).not.toHaveProperty('spanline.truncated');
    for (const list of [numbers, rows]) {
      raw.length = 0;
      logger.info({ list }, 'long');
      const kept = (read()[0]?.['list'] ?? []) as unknown[];
      expect(kept.at(-1)).toBe(`…[+${list.length - (kept.length - 1)} elements]`);
      expect(Buffer.byteLength(raw[0] ?? '')).toBeLessThanOrEqual(15_360);
      expect(Buffer.byteLength(raw[0] ?? '')).toBeGreaterThan(13_000);
    }
  });

  it('keeps as much of a text in an object as there is room for', () => {
    const { logger, raw, read } = memory();
    logger.info({ body: { text: 'x'.repeat(20_000), id: 7 } }, 'long');
    expect(Buffer.byteLength(raw[0] ?? '')).toBeLessThanOrEqual(15_360);
    expect(Buffer.byteLength(raw[0] ?? '')).toBeGreaterThan(13_000);
    expect(read()[0]).toMatchObject({ body: { id: 7 }, 'spanline.truncated': ['body'] });
  });

  it('keeps as many members of an object as there is room for', () => {
    const { logger, raw, read } = memory();
    const wide = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`key_${index}`, index]));
    logger.info({ wide, kept: 'short' }, 'long');
    const kept = (read()[0]?.['wide'] ?? {}) as Record<string, unknown>;
    expect(kept).toMatchObject({ key_0: 0, key_9: 9, '…': `[+${60_000 - (Object.keys(kept).length - 1)} keys]` });
    expect(Buffer.byteLength(raw[0] ?? '')).toBeLessThanOrEqual(15_360);
    expect(Buffer.byteLength(raw[0] ?? '')).toBeGreaterThan(13_000);
    expect(read()[0]).toMatchObject({ kept: 'short', 'spanline.truncated': ['wide'] });
  });

  it('has the beginning of a buffer, also of one in place of the object', () => {
    const { logger, read } = memory();
    const bytes = Buffer.alloc(300_000, 7);
    logger.info({ bytes }, 'a member');
    const { data } = (read()[0]?.['bytes'] ?? {}) as { data?: readonly unknown[] };
    expect(data?.slice(0, 3)).toEqual([7, 7, 7]);
    expect(data?.at(-1)).toMatch(/^…\[\+\d+ elements\]$/);
    logger.info(bytes, 'the object');
    expect(read()[1]).toMatchObject({ message: 'the object', 'spanline.truncated': [expect.any(String)] });
  });

  it('loses fields if there are too many', () => {
    const { logger, raw, read } = memory();
    logger.info(Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`key_${index}`, index])), 'wide');
    expect(Buffer.byteLength(raw[0] ?? '')).toBeLessThanOrEqual(15_360);
    expect(read()[0]).toMatchObject({
      message: 'wide',
      'spanline.truncated': [expect.stringMatching(/^\+\d+ fields$/)],
    });
  });

  it.each([true, false])('bound keys and the names of what was shortened, with `redactLines: %s`', (redactLines) => {
    const { logger, read, raw } = memory({ redactLines });
    const endless = 'k'.repeat(30_000);
    logger.info({ [endless]: 1, [`${endless.slice(1)}y`]: 2, [`${endless.slice(1)}z`]: 3 }, 'm');
    logger.info({ 'lea@firm.example': 'text '.repeat(30_000) }, 'm');
    for (const line of raw) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(15 * 1024);
    const [first = {}, second = {}] = read();
    const keys = Object.keys(first).filter((key) => key.includes('kkk'));
    expect(keys.map((key) => first[key])).toEqual([1, 2, 3]);
    expect(first['spanline.truncated']).toEqual(keys);
    expect(second['spanline.truncated']).toEqual([redactLines ? '[EMAIL_1]' : 'lea@firm.example']);
  });

  it('may be longer in a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spanline-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'app.log');
    createLogger({}, file).info({ body: 'x'.repeat(100_000) });
    expect(strictParse(readFileSync(file, 'utf8'))).toMatchObject({ body: 'x'.repeat(100_000) });
  });

  it('fits whatever is logged', () => {
    const { logger, raw } = memory();
    const anything = fc.dictionary(fc.string(), fc.anything({ withBigInt: true, maxDepth: 3 }), { maxKeys: 300 });
    fc.assert(
      fc.property(anything, fc.integer({ min: 0, max: 40_000 }), (object, length) => {
        logger.info({ ...object, text: '\u0001'.repeat(length) }, 'y'.repeat(length));
        return Buffer.byteLength(raw.pop() ?? '') <= 15_360;
      }),
      { numRuns: 60 },
    );
  });
});

describe('tracer.logger over a pino of one’s own', () => {
  it.each([
    ['8', pino8 as unknown as typeof pino],
    ['10', pino],
  ])('carries the ids and the service, each once, and leaves that pino as it is: pino %s', (_version, make) => {
    const { write, read, raw } = sink();
    const own = make({ base: { region: 'eu' } }, { write });
    const tracer = createTracer({ logger: own, service: { name: 'shop' }, statsIntervalSeconds: 0 });
    withContext({ requestId: 'r1' }, () =>
      tracer.withSpan('work', (span) => {
        tracer.logger.child({ module: 'm' }).warn({ n: 1 }, 'inside');
        own.info('own');
        expect(read()[0]).toEqual({
          level: 40,
          time: expect.any(Number) as number,
          region: 'eu',
          module: 'm',
          n: 1,
          msg: 'inside',
          trace_id: span.traceId,
          span_id: span.spanId,
          'http.request.id': 'r1',
          'service.name': 'shop',
        });
      }),
    );
    expect(raw[1]).not.toContain('trace_id');
    tracer.logger.info('outside');
    expect(read()[3]).toMatchObject({ msg: 'outside', 'service.name': 'shop' });
    expect(read()[3]).not.toHaveProperty('trace_id');
  });

  it('repeats no id that a mixin adds, and keeps one that differs', () => {
    const { write, read } = sink();
    const tracer = createTracer({ logger: pino({ mixin: correlation() }, { write }), statsIntervalSeconds: 0 });
    tracer.withSpan('work', (span) => {
      tracer.logger.info('once');
      tracer.logger.info({ trace_id: 'mine', 'service.name': 'mine', level: 'fatal', time: 0, n: 1 }, 'forged');
      expect(read()[0]).toMatchObject({ trace_id: span.traceId });
      expect(read()[1]).toMatchObject({ trace_id: span.traceId, _trace_id: 'mine', 'service.name': 'mine', n: 1 });
      expect(read()[1]).toMatchObject({ level: 30, _level: 'fatal', _time: 0, time: expect.any(Number) as number });
      expect(read()[1]?.['time']).not.toBe(0);
    });
  });

  it('keeps a field that has the name of the message, and writes JSON for a symbol', () => {
    const { write, read } = sink();
    const { logger } = createTracer({ logger: pino({}, { write }), statsIntervalSeconds: 0 });
    logger.info({ msg: 'field' }, 'message');
    logger.info({ msg: 'alone' });
    logger.info({ msg: 'same' }, 'same');
    (logger.info as (message: unknown) => void)(Symbol('odd'));
    expect(read().map(({ msg, _msg: field }) => [msg, field])).toEqual([
      ['message', 'field'],
      ['alone', undefined],
      ['same', undefined],
      ['Symbol(odd)', undefined],
    ]);
  });

  it('keeps big numbers, nesting, serializers and redaction of that pino', () => {
    const { write, raw } = sink();
    const own = pino(
      {
        redact: ['a.secret'],
        nestedKey: 'data',
        serializers: { req: () => 'request' },
        formatters: { level: (label) => ({ severity: label }) },
      },
      { write },
    );
    const { logger } = createTracer({ logger: own, service: { name: 's' }, statsIntervalSeconds: 0 });
    logger.info({ a: { secret: 'x', big: 12345678901234567890n }, req: {} }, 'kept');
    expect(raw[0]).toContain('"severity":"info"');
    expect(raw[0]).toContain(
      '"data":{"a":{"big":12345678901234567890,"secret":"[Redacted]"},"req":"request"},"msg":"kept"',
    );
  });

  it.each([
    ['a pino', (stream: { write(line: string): void }) => pino({}, stream)],
    ['a logger of createLogger', (stream: { write(line: string): void }) => createLogger({ pretty: false }, stream)],
  ])('follows the paths of the tracer, over %s', (_case, make) => {
    const { write, read, raw } = sink();
    const redact = {
      paths: ['user.pin', 'token', 'err.message', 'err.stack', '*.hidden', 'list[*].x'],
      censor: '(gone)',
    };
    const tracer = createTracer({ logger: make({ write }), redact, statsIntervalSeconds: 0 });
    tracer.withSpan('work', (span) => {
      const list = [{ x: 'x9x', y: 1 }];
      tracer.logger.error(
        {
          err: new Error('x9x', { cause: new Error('x9x') }),
          user: { pin: 'x9x', id: 1 },
          token: 'x9x',
          a: { hidden: 'x9x' },
          list,
        },
        'm',
      );
      expect(raw[0]).not.toContain('x9x');
      expect(read()[0]).toMatchObject({
        trace_id: span.traceId,
        user: { pin: '(gone)', id: 1 },
        token: '(gone)',
        list: [{ y: 1 }],
      });
    });
    const removing = createTracer({
      logger: make({ write }),
      redact: { paths: ['user.pin', 'token'], remove: true },
      statsIntervalSeconds: 0,
    });
    removing.logger.info({ user: { pin: 1, id: 1 }, token: 1 }, 'm');
    expect(read().at(-1)).toMatchObject({ user: { id: 1 } });
    expect(raw.at(-1)).not.toMatch(/pin|token/);
  });

  it('follows its level, and redacts and shortens like every line', () => {
    const { write, read, raw } = sink();
    const own = pino({}, { write });
    const { logger } = createTracer({ logger: own, statsIntervalSeconds: 0 });
    logger.debug('held back');
    own.level = 'debug';
    logger.debug({ mail: 'a@b.example', body: 'x'.repeat(50_000) }, 'let through');
    expect(read()).toMatchObject([{ mail: '[EMAIL_1]', msg: 'let through', 'spanline.truncated': ['body'] }]);
    expect(Buffer.byteLength(raw[0] ?? '')).toBeLessThanOrEqual(15_360);
  });

  it('writes an object that pino cannot read', () => {
    const { write, read } = sink();
    const { logger } = createTracer({ logger: pino({}, { write }), statsIntervalSeconds: 0 });
    logger.info({
      get broken(): never {
        throw new Error('no');
      },
      kept: 1,
    });
    expect(read()).toMatchObject([{ broken: '[unreadable]', kept: 1 }]);
  });
});

describe('a pino with levels of its own', () => {
  it('writes the levels of spans and of `tracer.logger` at its nearest ones', () => {
    const { write, read } = sink();
    const logger = pino(
      { customLevels: { calm: 12, busy: 31, burning: 52 }, useOnlyCustomLevels: true, level: 'calm' },
      { write },
    ) as unknown as Logger;
    const tracer = createTracer({ logger, statsIntervalSeconds: 0 });
    tracer.withSpan('fine', () => 1);
    tracer.startSpan('broken').fail(new Error('x')).end();
    tracer.logger.info('hello');
    tracer.logger.child({}).error('trouble');
    (tracer.logger as unknown as { calm(text: string): void }).calm('own');
    expect(read().map(({ level }) => level)).toEqual([31, 52, 31, 52, 12]);
  });

  it('refuses a level that neither it nor pino has', () => {
    const logger = pino(
      { customLevels: { busy: 31 }, useOnlyCustomLevels: true, level: 'busy' },
      sink(),
    ) as unknown as Logger;
    expect(() => createTracer({ logger, level: 'loud' })).toThrow(/level must be one of busy/);
  });
});

describe('stdout on a pipe', () => {
  it('gets lines that are redacted and short', () => {
    const program = `
      import { createTracer } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
      const { logger } = createTracer({ service: { name: 'child' }, statsIntervalSeconds: 0 });
      logger.info({ body: 'x'.repeat(100_000) }, 'to a@b.example');
    `;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(stdout.length).toBeLessThanOrEqual(15_360);
    expect(strictParse(stdout)).toMatchObject({ message: 'to [EMAIL_1]', 'service.name': 'child' });
  });
});
