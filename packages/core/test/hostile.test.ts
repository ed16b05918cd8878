import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLogger, createTracer, type Span, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { runs } from '../../../test/support/effort.ts';
import { HOSTILE } from './hostile-values.ts';

function setUp(options: Parameters<typeof createTracer>[0] = {}) {
  const log = memoryLog();
  const tracer = createTracer({
    service: { name: 'hostile' },
    logger: log.logger,
    statsIntervalSeconds: 0,
    ...options,
  });
  return { log, tracer };
}

function everywhere(span: Span, value: unknown): void {
  span.input(value).output(value);
  span.set({
    'gen_ai.tool.definitions': value as never,
    'gen_ai.system_instructions': value as never,
    'spanline.prompt.variables': value as never,
    'gen_ai.retrieval.documents': value as never,
    'gen_ai.request.model': value as never,
  });
  span.label('label', value as never);
  span.tag(value as never);
  span.fail(value);
}

const TYPES = ['llm', 'tool', 'retriever', 'chain', 'embedding'] as const;

describe('one valid line comes of', () => {
  it.each(HOSTILE)('%s', (_, value) => {
    for (const profile of ['otel', 'ecs', 'datadog'] as const) {
      const { log, tracer } = setUp({ profile });
      for (const type of TYPES) {
        const span = tracer.startSpan({ name: 'hostile', type });
        everywhere(span, value);
        span.end();
      }
      expect(log.raw()).toHaveLength(TYPES.length);
      for (const record of log.records()) {
        expect(validate(record)).toEqual({ valid: true });
        expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThan(20_000);
      }
      expect(tracer.stats().emitted).toBe(TYPES.length);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('anything at all', () => {
    const { log, tracer } = setUp();
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withMap: true, withSet: true, withTypedArray: true }),
        fc.constantFrom(...TYPES),
        (value, type) => {
          log.clear();
          const span = tracer.startSpan({ name: 'any', type });
          everywhere(span, value);
          span.end();
          expect(log.raw()).toHaveLength(1);
          expect(validate(log.records()[0] ?? {})).toEqual({ valid: true });
        },
      ),
      { numRuns: runs(100, 3000) },
    );
  });
});

describe('a logger that throws', () => {
  it('never reaches the application and is counted', () => {
    const { tracer } = setUp({
      logger: createLogger(
        {},
        {
          write() {
            throw new Error('disk full');
          },
        },
      ),
    });
    expect(tracer.withSpan({ name: 'work', type: 'task' }, () => 42)).toBe(42);
    expect(tracer.stats()).toMatchObject({ emitted: 0, internalErrors: 1 });
  });
});

describe('wrong options', () => {
  it.each([
    [{ capture: 'all' }, 'capture must be one of full, redacted, hashed, metadata or a function, got "all"'],
    [{ profile: 'ECS' }, 'profile must be one of otel, ecs, datadog, got "ECS"'],
    [{ sampling: { ratio: 2 } }, 'sampling.ratio must be a number from 0 to 1, got 2'],
    [{ logger: {} }, 'logger must be a pino logger, got an object'],
    [{ logger: console }, 'logger must be a pino logger, got an object'],
    [{ logger: { info() {}, child() {} } }, 'logger must be a pino logger, got an object'],
    [{ content: { destination: console } }, 'content.destination must be a pino logger, got an object'],
    [
      { hosts: { localhost: 'selfhosted' } },
      'hosts.localhost must be the name of a provider, gateway or self_hosted, got "selfhosted"; did you mean "self_hosted"?',
    ],
    [{ hosts: { 'localhost:1': 'grok' } }, 'got "grok"; did you mean "groq"?'],
    [{ hosts: { localhost: 'nobody at all' } }, 'gateway or self_hosted, got "nobody at all"'],
    [{ service: { name: 7 } }, 'service.name must be a non-empty string, got 7'],
    [{ statsIntervalSeconds: -1 }, 'statsIntervalSeconds must be a number of at least 0, got -1'],
    [{ capure: 'full' }, 'unknown option "capure"; did you mean "capture"?'],
    [{ loger: {} }, 'unknown option "loger"; did you mean "logger"?'],
    [{ clock: { now: 1 } }, 'clock must be an object with the functions now and monotonic, got an object'],
    [{ sampling: 5 }, 'sampling must be an object, got 5'],
    [{ sampling: { rate: 0 } }, 'unknown option "sampling.rate"; did you mean "sampling.ratio"?'],
    [{ sampling: { spans: 'few' } }, 'sampling.spans must be one of all, roots, got "few"'],
    [{ sampling: { tail: { slowerThan: 5 } } }, 'did you mean "sampling.tail.slowerThanMs"?'],
    [{ sampling: { tail: { slowerThanMs: -1 } } }, 'sampling.tail.slowerThanMs must be a number of at least 0, got -1'],
    [{ sampling: { tail: { keep: 'errors' } } }, 'sampling.tail.keep must be a function, got "errors"'],
    [{ service: { nam: 'x' } }, 'unknown option "service.nam"; did you mean "service.name"?'],
    [{ prices: [] }, 'prices must be an object of model names and prices, got an array of 0'],
    [
      { prices: { 'gpt-4o': { input: '1', output: 2 } } },
      'prices.gpt-4o.input must be a number of at least 0, got "1"',
    ],
    [{ prices: { 'gpt-4o': { input: 1 } } }, 'prices.gpt-4o.output must be a number of at least 0, got undefined'],
    [{ level: 'verbose' }, 'level must be one of trace, debug, info, warn, error, fatal, got "verbose"'],
    [{ limits: { fieldBytes: -1 } }, 'limits.fieldBytes must be an integer of at least 128, got -1'],
    [{ limits: { fields: 1 } }, 'unknown option "limits.fields" (expected one of lineBytes, fieldBytes'],
    [
      { redact: { rules: { EMAILS: false } } },
      'unknown option "redact.rules.EMAILS"; did you mean "redact.rules.EMAIL"?',
    ],
    [{ redact: { custom: [{ name: 'x', pattern: /x/g }] } }, 'redact.custom[0].name must be [A-Z][A-Z0-9_]*, got "x"'],
    [{ redact: { detectors: [1] } }, 'redact.detectors[0] must be a function, got 1'],
    [{ content: {} }, 'content.destination must be a pino logger, got undefined'],
    [{ deltas: 'some' }, 'deltas must be one of none, containers, all, got "some"'],
    [{ maxOpenSpans: 0 }, 'maxOpenSpans must be a number of at least 1, got 0'],
    [null, 'options must be an object, got null'],
  ])('%j are refused at construction', (options, message) => {
    expect(() => createTracer(options as never)).toThrow(message);
    expect(() => createTracer(options as never)).toThrow(
      expect.objectContaining({ name: 'SpanlineError', code: 'ERR_INVALID_OPTION' }),
    );
  });

  it.each(['localhost', 'vllm:8000', '127.0.0.1:1', '::1', '[::1]:8000', 'fd00::2', '*.gpu.example', 'my_box'])(
    'are not the host %s and those who sell models',
    (host) => {
      for (const owner of ['gateway', 'self_hosted', 'Groq', 'bedrock', 'azure.ai.openai', 'together', 'vllm'])
        expect(() => setUp({ hosts: { [host]: owner } })).not.toThrow();
    },
  );

  it.each(['http://127.0.0.1:1', 'llm.example.com/v1', 'a b', '*.example.com:80', ''])('are the host %j', (host) => {
    expect(() => setUp({ hosts: { [host]: 'groq' } })).toThrow(
      `hosts.${host} must be a host, host:port or *.domain, without scheme and path, got "${host}"`,
    );
  });

  describe('of the environment', () => {
    afterEach(() => void vi.unstubAllEnvs());

    it.each([
      ['SPANLINE_LEVEL', 'LOUD', 'SPANLINE_LEVEL must be one of trace, debug, info, warn, error, fatal, got "LOUD"'],
      ['SPANLINE_CAPTURE', 'all', 'SPANLINE_CAPTURE must be one of full'],
      ['SPANLINE_CAPTURE', 'hashed', 'SPANLINE_HASH_KEY must be set when SPANLINE_CAPTURE is hashed'],
      ['SPANLINE_SAMPLE_RATIO', '2', 'SPANLINE_SAMPLE_RATIO must be a number from 0 to 1'],
    ])('name the variable: %s=%s', (name, value, message) => {
      vi.stubEnv(name, value);
      expect(() => createTracer()).toThrow(message);
    });
  });

  it('never show a key', () => {
    expect(() => createTracer({ hashKey: 7 as never })).toThrow('hashKey');
    try {
      createTracer({ hashKey: '', capture: 'hashed' });
    } catch (error) {
      expect(String(error)).not.toContain('undefined');
    }
  });
});
