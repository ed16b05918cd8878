import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { jsonSchema, toEcs } from '../../src/profiles/index.ts';
import { DATADOG } from '../../src/profiles/spellings.ts';
import { ATTRIBUTES, type SpanRecord, validate } from '../../src/schema/index.ts';

const ENVELOPE = {
  '@timestamp': '2026-11-23T09:12:35.958Z',
  level: 'info',
  message: 'm',
  'event.name': 'alert',
  'spanline.alert.name': 'Error Rate',
  'spanline.alert.event': 'fired',
  'spanline.alert.state': 'ALERT',
  'spanline.alert.severity': 'critical',
  'event.id': 'b-1',
  'spanline.schema': '1.0',
  'span.kind': 'SERVER',
  span_id: '00f067aa0ba902b7',
  'client.address': '203.0.113.9',
};

function withLabels(count: number): SpanRecord {
  const labels = Array.from({ length: count - Object.keys(ENVELOPE).length }, (_, index) => [`labels.l${index}`, 1]);
  return { ...ENVELOPE, ...Object.fromEntries(labels) } as SpanRecord;
}

describe('the table of keys', () => {
  it('has no name longer than 49 characters', () => {
    const names = Object.keys(ATTRIBUTES).flatMap((key) => [key, DATADOG()[key] ?? key]);
    expect(names.filter((name) => name.length > 49)).toEqual([]);
  });
});

describe('limits of a record', () => {
  const ajv = new Ajv2020({ strict: false });

  it.each([
    [320, true],
    [321, false],
  ])('%i keys: %s', (count, fits) => {
    expect(validate(withLabels(count)).valid).toBe(fits);
    expect(ajv.compile(jsonSchema('otel'))(withLabels(count))).toBe(fits);
  });

  it('leave room for what a profile adds', () => {
    expect(ajv.compile(jsonSchema('ecs'))(toEcs(withLabels(320)))).toBe(true);
  });
});

describe('what is no record', () => {
  it.each([null, undefined, [], 'text', 4])('%j is reported, not thrown', (value) => {
    expect(validate(value as unknown as object)).toMatchObject({ valid: false, errors: [{ expected: 'an object' }] });
  });
});

describe('every kind of line', () => {
  it.each(['span.end', 'span.start', 'gen_ai.evaluation.result'])('%s needs keys of its own', (event) => {
    const result = validate({ ...ENVELOPE, 'event.name': event });
    expect(result.valid).toBe(false);
    expect(validate(ENVELOPE)).toEqual({ valid: true });
  });

  it('alert needs keys of its own', () => {
    const { 'spanline.alert.state': _state, ...rest } = ENVELOPE;
    expect(validate(rest)).toMatchObject({ valid: false, errors: [{ key: 'spanline.alert.state' }] });
    expect(validate({ ...ENVELOPE, 'spanline.alert.state': 'BAD' }).valid).toBe(false);
  });
});
