import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { jsonSchema, parseLine, type SpanRecord, toDatadog, toEcs, validate } from '@spanline/record';
import { runs } from '../../../../test/support/effort.ts';
import { createWriter } from '../../src/log/index.ts';
import { records } from './arbitrary.ts';

const PROFILES = [
  ['otel', (record: SpanRecord): object => record],
  ['ecs', toEcs],
  ['datadog', toDatadog],
] as const;

const ajv = new Ajv2020({ strict: false });

const EXAMPLE = {
  '@timestamp': '2026-11-23T09:12:35.958Z',
  level: 'info',
  message: 'chat gpt-4o-mini 12 ms',
  'event.name': 'span.end',
  'event.outcome': 'success',
  'spanline.schema': '1.0',
  'event.id': 'm3k9x2-1',
  'service.name': 'rag-api',
  'service.version': '1.4.2',
  'deployment.environment.name': 'production',
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  span_id: '00f067aa0ba902b7',
  'span.name': 'POST /ask',
  'span.type': 'http',
  'span.kind': 'SERVER',
  'span.path': 'POST /ask',
  'span.status': 'error',
  'event.start': '2026-11-23T09:12:34.123456Z',
  'event.duration': 1_834_512_000,
  duration_ms: 1834.512,
  'http.request.method': 'POST',
  'http.response.status_code': 500,
  'client.address': '203.0.113.9',
  'user.id': 'u1',
  'error.type': 'TypeError',
  'error.message': 'boom',
  'error.stack': 'TypeError: boom',
  'gen_ai.response.finish_reasons': ['stop'],
  'spanline.capture.mode': 'full',
  'labels.tenant': 'acme',
  'gen_ai.input.messages': '[{"role":"user","parts":[]}]',
  'spanline.input': '"hello"',
} as SpanRecord;

describe.each(PROFILES)('the profile %s', (profile, toProfile) => {
  it('is read back key by key', () => {
    fc.assert(
      fc.property(records, (record) => {
        const parsed = parseLine(JSON.stringify(toProfile(record)));
        expect(parsed?.record).toEqual(record);
        expect(parsed?.rest).toEqual({});
      }),
      { numRuns: runs(60, 1000) },
    );
  });

  it('fits its JSON Schema', () => {
    const fits = ajv.compile(jsonSchema(profile));
    fc.assert(
      fc.property(records, (record) => {
        fits(JSON.parse(JSON.stringify(toProfile(record))));
        expect(fits.errors).toBeNull();
      }),
      { numRuns: runs(30, 500) },
    );
  });

  it('is read back through a logger of one’s own', () => {
    const lines: string[] = [];
    const logger = pino({ messageKey: 'text', base: { pid: 1 } }, { write: (line) => void lines.push(line) });
    createWriter(logger).write(toProfile({ ...EXAMPLE }), 'info', '');
    const parsed = parseLine(lines[0] ?? '', { messageKey: 'text' });
    expect(parsed?.record).toEqual(EXAMPLE);
    expect(Object.keys(parsed?.rest ?? {})).toEqual(expect.arrayContaining(['pid']));
  });
});

describe('spellings', () => {
  it('of ECS are flat, with structured content', () => {
    expect(toEcs(EXAMPLE)).toMatchObject({
      'log.level': 'info',
      'trace.id': EXAMPLE.trace_id,
      'transaction.id': EXAMPLE.span_id,
      'service.environment': 'production',
      'client.ip': '203.0.113.9',
      'error.stack_trace': 'TypeError: boom',
      'spanline.finish_reasons': ['stop'],
      'gen_ai.input.messages': [{ role: 'user', parts: [] }],
      'spanline.input': { value: 'hello' },
    });
    expect(toEcs({ ...EXAMPLE, 'client.address': '[IPV4_1]' })).not.toHaveProperty('client.ip');
  });

  it('of Datadog are its standard attributes', () => {
    expect(toDatadog(EXAMPLE)).toMatchObject({
      status: 'info',
      service: 'rag-api',
      ddsource: 'nodejs',
      ddtags: 'env:production,version:1.4.2',
      duration: 1_834_512_000,
      http: { method: 'POST', status_code: 500 },
      network: { client: { ip: '203.0.113.9' } },
      usr: { id: 'u1' },
      error: { kind: 'TypeError', message: 'boom', stack: 'TypeError: boom' },
      gen_ai: { input: { messages: '[{"role":"user","parts":[]}]' } },
    });
    expect(toDatadog(EXAMPLE)).not.toHaveProperty('dd');
  });
});

describe('validate', () => {
  it('agrees with the JSON Schema on records with a fault', () => {
    const fits = ajv.compile(jsonSchema('otel'));
    const fault = fc.constantFrom<(record: Record<string, unknown>) => void>(
      (record) => void (record['trace_id'] = 'x'),
      (record) => void (record['span.type'] = 'unknown'),
      (record) => void (record['event.duration'] = -1),
      (record) => void (record['event.duration'] = 1.5),
      (record) => void (record['level'] = 'INFO'),
      (record) => void (record['not.a.key'] = 1),
      (record) => void (record['labels.x'] = { nested: true }),
      (record) => void (record['spanline.tags'] = [1]),
      (record) => void (record['message'] = 4),
      (record) => void delete record['event.id'],
      (record) => void (record['labels.a_name_that_is_much_longer_than_it_may_be_in_a_record'] = 'x'),
      () => {},
    );
    fc.assert(
      fc.property(records, fault, (record, damage) => {
        const damaged = { ...record } as Record<string, unknown>;
        damage(damaged);
        const result = validate(damaged);
        expect(result.valid).toBe(fits(JSON.parse(JSON.stringify(damaged))));
      }),
      { numRuns: runs(100, 2000) },
    );
  });

  it('names the key, what was expected and what came, and no value', () => {
    expect(validate({ ...EXAMPLE, trace_id: 'secret', 'spanline.input': 'no json' })).toEqual({
      valid: false,
      errors: [
        { key: 'trace_id', expected: expect.any(String) as string, got: 'another form' },
        { key: 'spanline.input', expected: 'a string of JSON', got: 'string' },
      ],
    });
  });
});

describe('parseLine', () => {
  it('knows lines of the application', () => {
    expect(parseLine('{"level":30,"time":1764000000000,"msg":"hello","user":"ada"}')).toEqual({
      kind: 'log',
      record: { level: 'info', message: 'hello', '@timestamp': new Date(1_764_000_000_000).toISOString() },
      rest: { user: 'ada' },
    });
  });

  it('takes no field with the wrong type, and no line that is no object', () => {
    expect(parseLine('{"trace_id":4,"event.duration":"x"}')?.record).toEqual({});
    for (const line of ['', '[]', 'null', '4', '{', 'text']) expect(parseLine(line)).toBeUndefined();
  });

  it('survives any line', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void parseLine(line)));
    fc.assert(fc.property(fc.object({ withNullPrototype: true }), (object) => void parseLine(object)));
    const polluting = parseLine('{"__proto__":{"polluted":1},"labels":{"__proto__":"x"}}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(polluting?.kind).toBe('log');
  });
});
