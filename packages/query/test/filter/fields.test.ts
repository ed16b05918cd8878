import { describe, expect, it } from 'vitest';
import { FIELD_NAMES, fieldValues, resolveField, suggestField, type Value } from '@spanline/query';
import { ATTRIBUTE_KEYS, type SpanRecord } from '@spanline/record';

const record: SpanRecord = {
  '@timestamp': '2026-11-23T09:12:35.958Z',
  'event.start': '2026-11-23T09:12:34.123999Z',
  'span.type': 'llm',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.response.model': 'gpt-4o-2024-08-06',
  'gen_ai.usage.input_tokens': 1532,
  'gen_ai.usage.output_tokens': 287,
  'spanline.tags': [],
  'gen_ai.response.finish_reasons': ['stop', 'length'],
  'spanline.cost.usd': Number.NaN,
  'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"How much?"}]}]',
  'labels.tenant': 'acme',
  'labels.seats': 12,
  'labels.trial': false,
};

function read(name: string): readonly Value[] {
  const field = resolveField(name);
  if (field === undefined) throw new Error(`no field ${name}`);
  return fieldValues(field, record);
}

describe('a name of a filter', () => {
  it.each([
    ['type', ['llm']],
    ['span.type', ['llm']],
    ['model', ['gpt-4o', 'gpt-4o-2024-08-06']],
    ['tokens', [1819]],
    ['tokens.input', [1532]],
    ['finish', ['stop', 'length']],
    ['spanline.finish_reasons', ['stop', 'length']],
    ['label.tenant', ['acme']],
    ['labels.tenant', ['acme']],
    ['label.seats', ['12']],
    ['label.trial', ['false']],
    ['time', [Date.UTC(2026, 10, 23, 9, 12, 35, 958)]],
    ['start', [Date.UTC(2026, 10, 23, 9, 12, 34, 123)]],
    ['gen_ai.input.messages', ['How much?']],
    ['label.constructor', []],
    ['cost', []],
    ['tag', []],
    ['user', []],
  ])('%s stands for the values of its keys', (name, values) => {
    expect(read(name)).toEqual(values);
  });

  it('is known for every key of the table, and for no other', () => {
    expect(ATTRIBUTE_KEYS.filter((key) => resolveField(key) === undefined)).toEqual([]);
    expect(FIELD_NAMES.filter((name) => resolveField(name) === undefined)).toEqual([]);
    for (const name of ['', 'labels.', 'label', 'constructor', '__proto__', 'toString', 'modle'])
      expect(resolveField(name), name).toBeUndefined();
  });

  it.each([
    ['modle', 'model'],
    ['label', 'label.name'],
    ['gen_ai.request.modle', 'gen_ai.request.model'],
    ['Status', 'status'],
    ['qqqqqqqqqqqq', undefined],
  ])('%s is near %s', (name, near) => {
    expect(suggestField(name)).toBe(near);
  });

  it.each([null, Number.POSITIVE_INFINITY, '3', [3], {}, true])('has no number %j', (value) => {
    const field = resolveField('cost');
    if (field) expect(fieldValues(field, { 'spanline.cost.usd': value } as unknown as SpanRecord)).toEqual([]);
    expect.assertions(1);
  });
});
