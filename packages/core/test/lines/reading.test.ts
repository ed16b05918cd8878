import { readFileSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { parseLine, PROFILE_NAMES, type SpanRecord, toDatadog, toEcs, toOtlp, validate } from '@spanline/record';
import { correlation, createLogger, createTracer } from '../../src/index.ts';
import { memoryLog } from '../../src/testing.ts';

const TO_PROFILE = { otel: (record: SpanRecord): object => record, ecs: toEcs, datadog: toDatadog };

const document = readFileSync(new URL('../../../../docs/span-schema.md', import.meta.url), 'utf8');
const EXAMPLE = JSON.parse(/```json\n(.*)\n```/.exec(document)?.[1] ?? '') as SpanRecord;

describe('the example of the schema', () => {
  it.each(PROFILE_NAMES)('is valid and comes back from %s', (profile) => {
    const parsed = parseLine(JSON.stringify(TO_PROFILE[profile](EXAMPLE)));
    expect(parsed).toEqual({ kind: 'span', record: EXAMPLE, rest: {} });
    expect(validate(parsed?.record ?? {})).toEqual({ valid: true });
  });

  it('is an OTLP span', () => {
    const span = toOtlp([EXAMPLE]).resourceSpans[0]?.scopeSpans[0]?.spans[0];
    expect(span).toMatchObject({ traceId: EXAMPLE.trace_id, kind: 3, flags: 3, status: { code: 1 } });
    expect(span?.startTimeUnixNano).toBe('1795425154123456000');
    expect(span?.endTimeUnixNano).toBe('1795425155957968000');
  });
});

describe.each(PROFILE_NAMES)('ids on lines of the application, profile %s', (profile) => {
  /** Logs a line inside a span and expects its ids back. */
  function expectIds(createLog: (stream: { write: (line: string) => void }) => Logger): void {
    const lines: string[] = [];
    const log = createLog({ write: (line) => void lines.push(line) });
    const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
    const ids = tracer.withSpan('step', (span) => {
      log.info('inside');
      return { trace_id: span.traceId, span_id: span.spanId };
    });
    expect(parseLine(lines[0] ?? '')).toMatchObject({
      kind: 'log',
      record: { ...ids, level: 'info', message: 'inside' },
    });
  }

  it('are read from createLogger', () => {
    expectIds((stream) => createLogger({ profile }, stream));
  });

  it('are read from a pino of one’s own', () => {
    expectIds((stream) => pino({ mixin: correlation({ profile }) }, stream));
  });
});

describe('reading', () => {
  it('reads ids of user and request in every spelling', () => {
    expect(parseLine('{"level":30,"usr.id":"u","http.request_id":"r"}')?.record).toMatchObject({
      'user.id': 'u',
      'http.request.id': 'r',
    });
  });

  it('leaves a field of the application called status alone', () => {
    expect(parseLine('{"level":30,"status":"info","msg":"x"}')).toMatchObject({ rest: { status: 'info' } });
    expect(parseLine('{"ddsource":"nodejs","status":200}')).toMatchObject({ record: {}, rest: { status: 200 } });
  });

  it('prefers the ids of the profile to those of another instrumentation, in any order', () => {
    for (const line of [
      '{"ecs.version":"8","trace_id":"other","trace.id":"ours"}',
      '{"ecs.version":"8","trace.id":"ours","trace_id":"other"}',
    ]) {
      expect(parseLine(line)).toMatchObject({ record: { trace_id: 'ours' }, rest: { trace_id: 'other' } });
    }
  });

  it('reads levels in capitals and as numbers between two names', () => {
    expect(parseLine('{"level":"WARN"}')?.record.level).toBe('warn');
    expect(parseLine('{"level":35}')?.record.level).toBe('info');
    expect(parseLine('{"level":5}')?.record.level).toBe('trace');
  });

  it('reads times in milliseconds, seconds and as text', () => {
    const time = '2026-11-23T09:12:35.000Z';
    for (const value of [Date.parse(time), Date.parse(time) / 1000, time]) {
      expect(parseLine(JSON.stringify({ time: value }))?.record['@timestamp']).toBe(time);
    }
    expect(parseLine('{"time":1e300}')?.record).toEqual({});
  });

  it('takes a field called msg for the message only where no other is', () => {
    expect(parseLine('{"message":"real","msg":"field"}', { messageKey: 'text' })).toMatchObject({
      record: { message: 'real' },
      rest: { msg: 'field' },
    });
  });
});

describe('names that every object has', () => {
  const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];

  it.each(names)('are no kind of line, key or value: %s', (name) => {
    const line = JSON.stringify({ 'event.name': name, 'spanline.schema': '1.0', 'span.type': name, 'span.kind': name });
    expect(parseLine(line)?.kind).toBe('log');
    expect(validate(JSON.parse(line) as object).valid).toBe(false);
    const span = { ...EXAMPLE, 'span.type': name, 'span.kind': name } as SpanRecord;
    const [otlp] = toOtlp([span]).resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
    expect(otlp?.kind).toBe(1);
    expect(otlp?.attributes.map(({ key }) => key)).not.toContain('openinference.span.kind');
    const keyed = JSON.parse(`{"message":"m","${name}":"x","labels.${name}":"y"}`) as SpanRecord;
    for (const toProfile of [toEcs, toDatadog]) {
      expect(parseLine(JSON.stringify(toProfile(keyed)))?.record).toEqual(
        JSON.parse(`{"message":"m","labels.${name}":"y"}`),
      );
    }
  });
});

describe('a stats line', () => {
  it('keeps the total beside the counts by rule in nested profiles', () => {
    const stats = { message: 'm', 'spanline.stats.redactions': 3, 'spanline.stats.redacted.email': 2 } as SpanRecord;
    expect(parseLine(JSON.stringify(toDatadog(stats)))?.record).toEqual(stats);
    expect(parseLine(JSON.stringify({ 'ecs.version': '8', ...toEcs(stats) }))?.record).toEqual(stats);
  });
});

describe('OTLP from hostile records', () => {
  it('leaves out spans and parents whose ids a receiver would refuse', () => {
    const spans = (record: object): unknown[] => toOtlp([{ ...EXAMPLE, ...record } as SpanRecord]).resourceSpans;
    expect(spans({ trace_id: 'x' })).toEqual([]);
    expect(spans({ span_id: '0'.repeat(16) })).toEqual([]);
    expect(spans({ 'event.start': 'yesterday' })).toEqual([]);
    expect(JSON.stringify(spans({ parent_span_id: 'x' }))).not.toContain('parentSpanId');
  });

  it('writes no number that JSON cannot hold', () => {
    const record = { ...EXAMPLE, 'event.duration': Infinity, 'spanline.cost.usd': Number.NaN } as SpanRecord;
    const [span] = toOtlp([record]).resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
    expect(span?.endTimeUnixNano).toBe(span?.startTimeUnixNano);
    expect(span?.attributes.map(({ key }) => key)).not.toContain('spanline.cost.usd');
  });
});
