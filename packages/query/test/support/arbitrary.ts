/** Records and filters by chance: few values, so that filters find something. */

import fc from 'fast-check';
import type { SpanRecord } from '@spanline/record';

const TEXTS = [
  '',
  'rerank',
  'Rerank',
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-4o-2024-08-06',
  'a*b',
  'a?b',
  'a%b_c',
  String.raw`C:\new\table`,
  `it's "quoted"`,
  'line\nbreak',
  'ünïcode İ Σ',
  '😀x',
  '東京',
  '(a OR b)',
  'stop',
  '12',
  '$1; DROP TABLE spans; --',
  "' OR 1=1 --",
];
const SENTENCES = [
  'The refund was sent.',
  'A REFUND, now: 3.5 % of it!',
  "don't send\nthe refund to example.com",
  'gpt-4o wrote 1,000 words_here',
  'ΟΔΟΣ und Straße',
  '東京で😀 返金',
  String.raw`send the refund to C:\new\table`,
  '',
];
const LABELS = [
  'acme',
  'Acme',
  '12',
  '12.50',
  '1e3',
  '+5',
  '-7',
  '007',
  'NaN',
  'Infinity',
  '1e400',
  '',
  ' 5',
  12,
  12.5,
  0.0005,
  -0,
  true,
  false,
];
const NUMBERS = [0, 0.01, 0.05, 1, 2, 2000, 2000.5, 1e15, 1e-7, 5e-324, 1.7976931348623157e308];
const INTEGERS = [0, 1, 2, 40, 287, 1532, 2 ** 53];
const TIMES = [
  '2026-11-22T23:59:59.999Z',
  '2026-11-23T00:00:00.000Z',
  '2026-11-23T09:12:34.123Z',
  '2026-11-23T09:12:34.123999Z',
  '2026-11-24T00:00:00.000Z',
];
const TYPES = ['llm', 'tool', 'retriever', 'http'];

const text = fc.constantFrom(...TEXTS);
const sentence = fc.constantFrom(...SENTENCES);
const some = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined, freq: 2 });
const content = fc
  .array(sentence, { maxLength: 2 })
  .map((parts) => JSON.stringify(parts.map((part) => ({ role: 'user', parts: [{ type: 'text', content: part }] }))));

const FIELDS = {
  '@timestamp': fc.constantFrom(...TIMES),
  'event.start': some(fc.constantFrom(...TIMES)),
  message: sentence,
  'span.type': some(fc.constantFrom(...TYPES)),
  'span.name': some(text),
  'span.status': some(fc.constantFrom('ok', 'error')),
  'gen_ai.request.model': some(text),
  'gen_ai.response.model': some(text),
  'spanline.tags': some(fc.array(text, { maxLength: 3 })),
  'gen_ai.response.finish_reasons': some(fc.array(text, { maxLength: 2 })),
  duration_ms: some(fc.constantFrom(...NUMBERS)),
  'spanline.cost.usd': some(fc.constantFrom(...NUMBERS)),
  'gen_ai.usage.input_tokens': some(fc.constantFrom(...INTEGERS)),
  'gen_ai.usage.output_tokens': some(fc.constantFrom(...INTEGERS)),
  'spanline.retrieval.empty': some(fc.boolean()),
  'error.message': some(sentence),
  'gen_ai.input.messages': some(content),
  'labels.tenant': some(fc.constantFrom(...LABELS)),
  'labels.seats': some(fc.constantFrom(...LABELS)),
};

/** Keys that the records may have. */
export const RECORD_KEYS: readonly string[] = Object.keys(FIELDS);

/** A record, with values of the types that the schema says. */
export const record: fc.Arbitrary<SpanRecord> = fc.record(FIELDS).map((fields) => {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as SpanRecord;
});

/** A record in which a value is of another type, or is none. */
export const oddRecord: fc.Arbitrary<SpanRecord> = fc
  .tuple(
    record,
    fc.constantFrom(...RECORD_KEYS),
    fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, '2000', 3, true, [], ['x', 3], {}),
  )
  .map(([whole, key, value]) => ({ ...whole, [key]: value }) as SpanRecord);

const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
const escaped = (value: string): string => value.replaceAll(/[^A-Za-z0-9]/gu, String.raw`\$&`);

/** A text in which some characters became wildcards. */
const pattern = fc
  .tuple(text, fc.array(fc.constantFrom('', '', '*', '?'), { maxLength: 12 }))
  .map(
    ([value, wilds]) =>
      `${[...value].map((character, index) => wilds[index] || escaped(character)).join('')}${wilds.length % 2 ? '*' : ''}`,
  );
const textValue = fc.oneof(
  text.map(quoted),
  pattern.filter((value) => value !== ''),
  fc.constant('*'),
);
const number = fc.constantFrom(...NUMBERS.map(String), '12', '12.5', '0.5e1', '-1', '1e3');
const range = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(fc.constantFrom('>', '>=', '<', '<='), value).map((parts) => parts.join('')),
    fc
      .tuple(fc.constantFrom('[', '{'), value, value, fc.constantFrom(']', '}'))
      .map(([open, low, high, close]) => `${open}${low} TO ${high}${close}`),
    value.map((low) => `[${low} TO *}`),
  );
const numberValue = fc.oneof(number, range(number), fc.constant('*'));
const milliseconds = fc.constantFrom('2s', '2000ms', '1us', '0', '2000.5ms');
const time = fc.constantFrom(
  '2026-11-23',
  '2026-11',
  '2026',
  '2026-11-23T09',
  '2026-11-23T09:12:34.123Z',
  '"2026-11-23 09:12:34"',
  'now-1d',
  '2026-11-23T02:00:00+02:00',
);
const phrase = fc.constantFrom(
  'refund',
  '"THE refund"',
  'ref*',
  '"example.com"',
  "d?n't",
  '"send the"',
  '1,000',
  '東',
  '"refund sent"',
  'ΟΔΟΣ',
  '3.5',
  'user',
  'words_*',
  'new',
  'table',
  '*',
);

function listed(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const list = fc.array(value, { minLength: 2, maxLength: 3 }).map((values) => `(${values.join(' OR ')})`);
  return fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: list });
}

const named = (names: readonly string[], value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...names), listed(value)).map((parts) => parts.join(':'));

const condition = fc.oneof(
  named(['model', 'gen_ai.request.model', 'step', 'tag', 'finish', 'user'], textValue),
  named(['type'], fc.constantFrom(...TYPES, 'l*', '*')),
  named(['label.tenant', 'labels.seats', 'label.none'], fc.oneof(textValue, range(number), number)),
  named(['cost', 'tokens', 'tokens.input', 'duration_ms'], numberValue),
  named(['duration'], fc.oneof(milliseconds, range(milliseconds))),
  named(['time', 'start'], fc.oneof(time, range(time))),
  named(['spanline.retrieval.empty'], fc.constantFrom('true', 'false', '*')),
  named(['message', 'error.message', 'gen_ai.input.messages', 'text'], phrase),
  fc.constantFrom('exists:model', 'exists:tokens', 'exists:label.tenant', 'exists:tag', 'refund', '"the refund"', '*'),
);

/** A filter, as people write it. */
export const filterText: fc.Arbitrary<string> = fc.letrec<{ any: string; one: string }>((tie) => ({
  one: fc.oneof(
    { weight: 6, arbitrary: condition },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('-', 'NOT ', '!'), condition).map((parts) => parts.join('')) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('', '-', 'not '), tie('any')).map(([not, any]) => `${not}(${any})`),
    },
  ),
  any: fc
    .tuple(
      tie('one'),
      fc.array(fc.tuple(fc.constantFrom(' ', ' AND ', ' or ', ' || ', ' && '), tie('one')), { maxLength: 3 }),
    )
    .map(([first, others]) => first + others.flat().join('')),
})).any;
