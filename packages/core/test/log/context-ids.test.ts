/** The ids that Spanline adds to application lines, under the policy of a tracer. */
import { createHmac } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type CaptureMode,
  correlation,
  createLogger,
  createTracer,
  setDefaultTracer,
  type Tracer,
  type TracerOptions,
  withContext,
} from '../../src/index.ts';

type Line = Record<string, unknown>;
type Sink = { write(line: string): void };

const hashKey = 'a key of the tests';
const hashOf = (value: string): string => createHmac('sha256', hashKey).update(value).digest('hex').slice(0, 32);

const tracers: Tracer[] = [];

afterEach(async () => {
  for (const tracer of tracers.splice(0)) await tracer.shutdown();
  setDefaultTracer(undefined);
});

/** Ways to an application line with ids. Each returns what logs. */
const WAYS: Readonly<Record<string, (options: TracerOptions, sink: Sink) => { log: (fields: object) => void }>> = {
  'tracer.logger of createLogger': (options, sink) => {
    const tracer = createTracer({ ...options, logger: createLogger({ pretty: false }, sink) });
    tracers.push(tracer);
    return { log: (fields) => tracer.logger.info(fields) };
  },
  'tracer.logger of an own pino': (options, sink) => {
    const tracer = createTracer({ ...options, logger: pino({}, sink) });
    tracers.push(tracer);
    return { log: (fields) => tracer.logger.info(fields) };
  },
  'tracer.logger of an own pino with the mixin': (options, sink) => {
    const tracer = createTracer({ ...options, logger: pino({ mixin: correlation() }, sink) });
    tracers.push(tracer);
    return { log: (fields) => tracer.logger.info(fields) };
  },
  'the logger of createLogger itself': (options, sink) => {
    const logger = createLogger({ pretty: false }, sink);
    tracers.push(createTracer({ ...options, logger }));
    return { log: (fields) => logger.info(fields) };
  },
  'an own pino with the mixin': (options, sink) => {
    const logger = pino({ mixin: correlation() }, sink);
    tracers.push(createTracer({ ...options, logger }));
    return { log: (fields) => logger.info(fields) };
  },
};

function setUp(way: string, options: TracerOptions) {
  const raw: string[] = [];
  const { log } = WAYS[way]?.({ statsIntervalSeconds: 0, ...options }, { write: (line) => void raw.push(line) }) ?? {};
  const [tracer] = tracers;
  if (log === undefined || tracer === undefined) throw new Error(`no way ${way}`);
  setDefaultTracer(tracer);
  return { log, tracer, raw, lines: () => raw.map((line) => JSON.parse(line) as Line) };
}

/** Logs in a span, and where there is none. Returns the lines: in the span, the span's own, outside. */
function write({ log, tracer, lines }: ReturnType<typeof setUp>, fields: object = {}): (Line | undefined)[] {
  const ids = { userId: 'ada@example.org', sessionId: 'visit-7', requestId: 'req-9' };
  withContext(ids, () => {
    tracer.withSpan({ name: 'step', type: 'chain' }, () => log(fields));
    log(fields);
  });
  return lines();
}

const KEYS = ['user.id', 'session.id', 'http.request.id'] as const;
const idsOf = (line: Line | undefined): unknown[] => KEYS.map((key) => line?.[key]);

describe.each(Object.keys(WAYS))('the ids on a line of %s', (way) => {
  it('are hashed like those of spans', () => {
    const set = setUp(way, { hashKey, redact: { hash: ['user.id', 'session.id'] } });
    const [inside, span, outside] = write(set);
    const hashed = [hashOf('ada@example.org'), hashOf('visit-7'), 'req-9'];
    expect([inside, span, outside].map(idsOf)).toEqual([hashed, hashed, hashed]);
    expect(set.raw.join('')).not.toMatch(/ada@|visit-7/);
  });

  it('pass the rules, with the placeholder of their span', () => {
    const set = setUp(way, {});
    const [inside, span, outside] = write(set);
    const written = ['[EMAIL_1]', 'visit-7', 'req-9'];
    expect([inside, span, outside].map(idsOf)).toEqual([written, written, written]);
  });

  it('stay as they are with `capture: full`', () => {
    const set = setUp(way, { capture: 'full' });
    const written = ['ada@example.org', 'visit-7', 'req-9'];
    expect(write(set).map(idsOf)).toEqual([written, written, written]);
  });

  it.each([
    ['redacted', 'full', 'ada@example.org'],
    ['metadata', 'full', 'ada@example.org'],
    ['full', 'redacted', '[EMAIL_1]'],
    ['full', 'metadata', '[EMAIL_1]'],
  ] as const)('follow the mode of the context, as spans do: %s, in a context with %s', (tracerMode, capture, user) => {
    const set = setUp(way, { capture: tracerMode });
    withContext({ userId: 'ada@example.org', sessionId: 'visit-7', requestId: 'req-9' }, () => {
      set.tracer.withSpan('before', () => set.log({}));
      withContext({ capture }, () => set.tracer.withSpan('step', () => set.log({})));
    });
    const before = tracerMode === 'full' ? 'ada@example.org' : '[EMAIL_1]';
    expect(set.lines().map((line) => line['user.id'])).toEqual([before, before, user, user]);
  });

  it.each([
    ['a key', ['user.id']],
    ['the beginning of a key', ['user']],
    ['a key in brackets', ['["user.id"]']],
    ['an object', { paths: ['user.id'] }],
  ])('pass the paths: %s', (_name, redact) => {
    const set = setUp(way, { redact });
    const [inside, span, outside] = write(set);
    const written = ['[Redacted]', 'visit-7', 'req-9'];
    expect([inside, span, outside].map(idsOf)).toEqual([written, written, written]);
    expect(set.raw.join('')).not.toContain('ada@');
  });

  it('are left out where a path removes them', () => {
    const set = setUp(way, { redact: { paths: ['user.id', 'session'], remove: true } });
    for (const line of write(set)) {
      expect(line).not.toHaveProperty(['user.id']);
      expect(line).not.toHaveProperty(['session.id']);
      expect(line?.['http.request.id']).toBe('req-9');
    }
  });

  it('are censored once', () => {
    const set = setUp(way, { redact: { paths: ['["user.id"]'], censor: (value) => `<${String(value).length}>` } });
    expect(write(set).map((line) => line?.['user.id'])).toEqual(['<15>', '<15>', '<15>']);
  });

  it('follow a change of the user', () => {
    const { log, lines } = setUp(way, { hashKey, redact: { hash: ['user.id'] } });
    for (const userId of ['u1', 'u2', 'u1']) withContext({ userId }, () => log({}));
    expect(lines().map((line) => line['user.id'])).toEqual([hashOf('u1'), hashOf('u2'), hashOf('u1')]);
  });
});

describe('an id that the application logs itself', () => {
  it.each(['tracer.logger of createLogger', 'tracer.logger of an own pino'])(
    'is hashed beside that of the context, on %s',
    (way) => {
      const set = setUp(way, { hashKey, redact: { hash: ['user.id'] } });
      const [inside] = write(set, { 'user.id': 'bob-1' });
      expect(inside).toMatchObject({ 'user.id': hashOf('ada@example.org'), '_user.id': hashOf('bob-1') });
      expect(set.raw.join('')).not.toContain('bob-1');
    },
  );

  it.each(['tracer.logger of createLogger', 'tracer.logger of an own pino'])('passes the paths on %s', (way) => {
    const set = setUp(way, { redact: ['["user.id"]'] });
    const [inside] = write(set, { 'user.id': 'bob-1' });
    expect(inside).toMatchObject({ 'user.id': '[Redacted]' });
    expect(set.raw.join('')).not.toContain('bob-1');
  });

  it('is written once if it is that of the context', () => {
    const set = setUp('tracer.logger of an own pino', { hashKey, redact: { hash: ['user.id'] } });
    const [inside] = write(set, { 'user.id': 'ada@example.org' });
    expect(inside).not.toHaveProperty(['_user.id']);
    expect(set.raw.join('')).not.toContain('ada@');
  });
});

describe('the capture mode of one span', () => {
  const ADDRESS = 'ada@example.org';
  const written = (
    way: string,
    tracerMode: CaptureMode,
    spanMode: CaptureMode,
    override?: string,
  ): Line | undefined => {
    const set = setUp(way, { capture: tracerMode });
    const values = {
      userId: ADDRESS,
      ...(override === undefined ? {} : { capture: 'full' as const, captureOverride: override }),
    };
    withContext(values, () =>
      set.tracer.withSpan({ name: 'a', type: 'chain', capture: spanMode }, () => set.log({ step: 'inside' })),
    );
    return set.raw.map((line) => JSON.parse(line) as Line).find((line) => line['step'] === 'inside');
  };

  it.each(Object.keys(WAYS))('holds for the ids of lines inside of it, on %s', (way) => {
    expect(written(way, 'full', 'metadata')).toMatchObject({ 'user.id': '[EMAIL_1]' });
    expect(written(way, 'redacted', 'full')).toMatchObject({ 'user.id': ADDRESS });
  });

  it('gives way to an override of the request, as on the span', () => {
    expect(written('tracer.logger of createLogger', 'redacted', 'metadata', 'debug')).toMatchObject({
      'user.id': ADDRESS,
    });
  });
});

describe('the policy for ids', () => {
  it('is that of the tracer of the current span, else of the named one', () => {
    const raw: string[] = [];
    const logger = pino({ mixin: correlation() }, { write: (line: string) => void raw.push(line) });
    const sink = { write: () => undefined };
    const create = (options: TracerOptions): Tracer => {
      const tracer = createTracer({ ...options, logger: pino({}, sink), statsIntervalSeconds: 0 });
      tracers.push(tracer);
      return tracer;
    };
    const hashing = create({ hashKey, redact: { hash: ['user.id'] } });
    const removing = create({ redact: ['user.id'] });
    setDefaultTracer(removing);
    withContext({ userId: 'u1' }, () => {
      hashing.withSpan({ name: 'a', type: 'chain' }, () => logger.info('1'));
      logger.info('2');
    });
    expect(raw.map((line) => (JSON.parse(line) as Line)['user.id'])).toEqual([hashOf('u1'), '[Redacted]']);
  });

  it('is the default one without a tracer', () => {
    const raw: string[] = [];
    const logger = createLogger({ pretty: false }, { write: (line: string) => void raw.push(line) });
    withContext({ userId: 'ada@example.org', sessionId: 's1' }, () => logger.info('x'));
    expect(JSON.parse(raw[0] ?? '')).toMatchObject({ 'user.id': '[EMAIL_1]', 'session.id': 's1' });
  });

  it.each(['user.id', 'user', '["user.id"]'])('adds the path %s of createLogger', (path) => {
    const raw: string[] = [];
    const logger = createLogger({ pretty: false, redact: [path] }, { write: (line: string) => void raw.push(line) });
    withContext({ userId: 'u1', sessionId: 's1' }, () => logger.info('before'));
    const tracer = createTracer({ logger, hashKey, redact: { hash: ['session.id'] }, statsIntervalSeconds: 0 });
    tracers.push(tracer);
    setDefaultTracer(tracer);
    withContext({ userId: 'u1', sessionId: 's1' }, () => {
      logger.info('by the logger');
      tracer.logger.info('by the tracer');
    });
    const lines = raw.map((line) => JSON.parse(line) as Line);
    expect(lines.map((line) => [line['user.id'], line['session.id']])).toEqual([
      ['[Redacted]', 's1'],
      ['[Redacted]', hashOf('s1')],
      ['[Redacted]', hashOf('s1')],
    ]);
  });

  it('adds the redact paths of an own pino, which name a key', () => {
    const raw: string[] = [];
    const logger = pino({ redact: ['["user.id"]'] }, { write: (line: string) => void raw.push(line) });
    const tracer = createTracer({ logger, statsIntervalSeconds: 0 });
    tracers.push(tracer);
    withContext({ userId: 'u1' }, () => tracer.logger.info('x'));
    expect(JSON.parse(raw[0] ?? '')).toMatchObject({ 'user.id': '[Redacted]' });
  });

  it.each(['otel', 'ecs', 'datadog'] as const)('holds in the spelling of %s', (profile) => {
    const raw: string[] = [];
    const logger = createLogger({ pretty: false, profile }, { write: (line: string) => void raw.push(line) });
    const tracer = createTracer({ logger, hashKey, redact: { hash: ['user.id'] }, statsIntervalSeconds: 0 });
    tracers.push(tracer);
    withContext({ userId: 'raw-user' }, () => tracer.logger.info('x'));
    expect(raw[0]).toContain(hashOf('raw-user'));
    expect(raw[0]).not.toContain('raw-user');
  });
});
