import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import {
  correlation,
  createLogger,
  createTracer,
  type LoggerOptions,
  SpanlineError,
  withContext,
} from '../../src/index.ts';
import { strictParse } from './strict-json.ts';

function memory(options: LoggerOptions = {}) {
  const lines: string[] = [];
  const logger = createLogger(options, { write: (line: string) => void lines.push(line) });
  return { logger, read: () => lines.map((line) => strictParse(line)) };
}

describe('lines of the application', () => {
  it('have a time, a level, a message and their fields', () => {
    const { logger, read } = memory();
    logger.info({ user: 'ada' }, 'hello %s', 'world');
    logger.warn('careful');
    expect(read()).toEqual([
      {
        '@timestamp': expect.stringMatching(/^\d{4}-.*Z$/) as string,
        level: 'info',
        message: 'hello world',
        user: 'ada',
      },
      { '@timestamp': expect.any(String) as string, level: 'warn', message: 'careful' },
    ]);
  });

  it('record errors in flat fields', () => {
    const { logger, read } = memory();
    logger.error(new TypeError('boom'));
    logger.error({ err: new RangeError('inner'), other: new Error('nested') }, 'failed');
    const [first, second] = read();
    expect(first).toMatchObject({ message: 'boom', 'error.type': 'TypeError', 'error.message': 'boom' });
    expect(first?.['error.stack']).toContain('TypeError: boom');
    expect(second).toMatchObject({
      message: 'failed',
      'error.type': 'RangeError',
      other: { type: 'Error', message: 'nested' },
    });
  });

  it('cannot forge or repeat what the logger writes', () => {
    const { logger, read } = memory();
    const tracer = createTracer({ logger });
    tracer.withSpan('step', (span) => {
      logger
        .child({ level: 'x', trace_id: 'bound', module: 'm' })
        .info({ trace_id: 'forged', level: 'fatal', '@timestamp': 'never', message: 'mine', module: 'n' }, 'real');
      expect(read()[0]).toMatchObject({
        trace_id: span.traceId,
        _trace_id: 'forged',
        level: 'info',
        _level: 'fatal',
        '_@timestamp': 'never',
        message: 'real',
        _message: 'mine',
        module: 'n',
      });
    });
  });

  it('carry the ids of the current span and of the request', () => {
    const { logger, read } = memory();
    const tracer = createTracer({ logger });
    logger.info('before');
    withContext({ requestId: 'r1', sessionId: 's1', userId: 'u1' }, () =>
      tracer.withSpan('step', (span) => {
        logger.info('inside');
        expect(read()[1]).toMatchObject({
          trace_id: span.traceId,
          span_id: span.spanId,
          'http.request.id': 'r1',
          'session.id': 's1',
          'user.id': 'u1',
        });
      }),
    );
    expect(read()[0]).not.toHaveProperty('trace_id');
  });

  it('never throw, whatever is logged', () => {
    const { logger, read } = memory();
    const hostile = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no');
        },
        get() {
          throw new Error('no');
        },
      },
    );
    const circular: Record<string, unknown> = { big: 1n };
    circular['self'] = circular;
    logger.info(hostile);
    logger.info(circular, 'circular');
    logger.info(
      {
        toJSON: () => {
          throw new Error('no');
        },
        get bad() {
          throw new Error('no');
        },
        fn() {},
        symbol: Symbol('x'),
        nan: Number.NaN,
      },
      'odd',
    );
    logger.info('%s', {
      toString: () => {
        throw new Error('no');
      },
    });
    expect(read().map(({ level }) => level)).toEqual(['info', 'info', 'info', 'info']);
  });

  it('are valid JSON without a key twice for any object', () => {
    const { logger, read } = memory();
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom('level', 'message', 'trace_id', '@timestamp', 'error', 'err', '__proto__', '_level'),
    );
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.anything({ withBigInt: true })),
        fc.option(fc.string(), { nil: undefined }),
        (object, message) => {
          logger.info(object, message);
        },
      ),
      { numRuns: 200 },
    );
    expect(read()).toHaveLength(200);
  });

  it('follow the spelling of a profile', () => {
    const { logger, read } = memory({ profile: 'ecs', base: { 'service.name': 'rag' } });
    createTracer({ logger }).withSpan('step', () => logger.info('x'));
    const [app, span] = read();
    expect(app).toMatchObject({ 'log.level': 'info', 'trace.id': expect.any(String) as string, 'service.name': 'rag' });
    expect(span).toMatchObject({
      'log.level': 'info',
      'trace.id': app?.['trace.id'],
      'ecs.version': expect.any(String) as string,
    });
    const datadog = memory({ profile: 'datadog' });
    datadog.logger.info('x');
    expect(datadog.read()[0]).toMatchObject({ status: 'info' });
  });

  it('hide what `redact` names', () => {
    const { logger, read } = memory({ redact: ['password', 'user.email'] });
    logger.info({ password: 'x', user: { email: 'y', name: 'z' } });
    expect(read()[0]).toMatchObject({ password: '[Redacted]', user: { email: '[Redacted]', name: 'z' } });
  });
});

describe('a pino of one’s own', () => {
  it('gets the ids through the mixin', () => {
    const lines: string[] = [];
    const logger = pino({ mixin: correlation() }, { write: (line) => void lines.push(line) });
    const tracer = createTracer({ logger });
    const id = tracer.withSpan('step', (span) => {
      logger.info('inside');
      return span.traceId;
    });
    const [inside, span] = lines.map((line) => strictParse(line));
    expect(inside).toMatchObject({ trace_id: id, msg: 'inside' });
    expect(span).toMatchObject({ trace_id: id, 'event.name': 'span.end', level: 30 });
  });
});

describe('the line of a span that ends where another request is served', () => {
  it.each([
    ['the mixin itself', correlation()],
    ['a mixin that calls it', () => ({ region: 'eu', ...correlation()() })],
  ])('has nothing of that request from %s', (_name, mixin) => {
    const lines: string[] = [];
    const tracer = createTracer({ logger: pino({ mixin }, { write: (line) => void lines.push(line) }) });
    const span = tracer.startSpan('nobody’s');
    withContext({ sessionId: 's1', userId: 'ada', requestId: 'r1' }, () => span.end());
    const line = strictParse(lines[0] ?? '') as object;
    expect(line).toMatchObject({ 'span.name': 'nobody’s' });
    for (const key of ['session.id', 'user.id', 'http.request.id']) expect(line).not.toHaveProperty([key]);
  });
});

describe('options and destinations', () => {
  it.each([
    [{ level: 'loud' }, 'level'],
    [{ profile: 'xml' }, 'profile'],
    [{ pretty: 'yes' }, 'pretty'],
    [{ colour: true }, 'colour'],
  ])('%j is refused', (options, option) => {
    expect(() => createLogger(options as LoggerOptions)).toThrow(SpanlineError);
    expect(() => createLogger(options as LoggerOptions)).toThrow(new RegExp(option));
  });

  it('a file holds the lines at once', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'spanline-')), 'app.log');
    createLogger({}, file).info('x');
    expect(strictParse(readFileSync(file, 'utf8'))).toMatchObject({ message: 'x' });
  });

  it('stdout that is no terminal gets JSON, one line each', () => {
    const program = `
      import { createLogger, createTracer } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
      createLogger().info('app');
      createTracer().withSpan('step', () => 1);
    `;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
    });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => strictParse(line)['message']),
    ).toEqual(['app', expect.stringMatching(/^step/)]);
  });
});
