import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTE_KEYS, ATTRIBUTES, type AttributeRow, profileKey, PROFILE_NAMES } from '@spanline/record';
import { runs } from '../../../test/support/effort.ts';
import { createEcsCopy } from '../src/sinks/ecs-copy.ts';
import { idOf, parseRecord, toProfile } from '../src/sinks/line-format.ts';

const copyAsEcs = createEcsCopy();

const sourceLine = (bytes: Buffer) => ({ bytes, source: 's', file: 'app.log', offset: 0, torn: false });

/** The document that parsing makes, and its id; `undefined` if the line cannot be read. */
function parsed(bytes: Buffer): { id: string; json: string } | undefined {
  const line = sourceLine(bytes);
  const result = parseRecord(line);
  if (result.kind !== 'record') return undefined;
  return { id: idOf(result.parsed, line), json: JSON.stringify(toProfile(result.parsed, 'ecs')) };
}

function copied(bytes: Buffer): { id: string; json: string } | undefined {
  const copy = copyAsEcs(bytes);
  return copy && { id: copy.id, json: copy.json.toString('utf8') };
}

const ENVELOPE: Readonly<Record<string, string>> = {
  '@timestamp': '"2026-11-23T09:12:35.958Z"',
  level: '"info"',
  message: '"chat 1834 ms 1532→287 tok"',
  'event.name': '"span.end"',
  'spanline.schema': '"1.0"',
  'event.id': '"m3k9x2-7"',
  trace_id: '"4bf92f3577b34da6a3ce929d0e0e4736"',
  span_id: '"00f067aa0ba902b7"',
};

const lineOf = (members: Readonly<Record<string, string>>): string =>
  `{${Object.entries(members)
    .map(([key, json]) => `${JSON.stringify(key)}:${json}`)
    .join(',')}}`;

const MESSAGES = '[{"role":"user","parts":[{"type":"text","content":"Où est \\"il\\"? 🧵"}]}]';
const nested = (levels: number): string => '[{"a":'.repeat(levels) + '1' + '}]'.repeat(levels);

/** JSON of content, and texts that are none. */
const content = fc.oneof(
  fc.constantFrom(MESSAGES, '{"value":1}', '[{"value":1}]', '[{"value":1,"b":2}]', '[]', '{}', '[ ]', '[{}, {}]'),
  fc.constantFrom('"text"', 'text', '', '7', 'null', '[1,"a"]', '{"a":1,"a":2}', '{"7":1,"a":2}', '{"a":1,"3":2}'),
  fc.constantFrom(
    '{"__proto__":1}',
    '{"a":1.0}',
    '{"a":1e3}',
    '{"a":-0}',
    '{"a":12345678901234567890}',
    '{"a":"\\u00e9"}',
  ),
  fc.constantFrom('{"a":"\\/"}', '{"a":"\\ud800"}', '{"a":"\u0001"}', '{"a":"\\q"}', '{"a":', '[{"a":1}', '{"a":1}]'),
  fc.constantFrom(...[7, 8, 9, 10, 12, 200].map(nested)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify([value, { role: 'user', value }])),
);

/** JSON of values, also such as no logger writes, and texts that are no JSON. */
const value = fc.oneof(
  { weight: 6, arbitrary: content.map((text) => JSON.stringify(text)) },
  { weight: 4, arbitrary: fc.jsonValue().map((json) => JSON.stringify(json)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '1',
      '0',
      '-1',
      '0.000325',
      '1e21',
      '1e+21',
      '1e-7',
      '0.1',
      '1.50',
      '-0',
      '01',
      '1.',
      '.5',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('12345678901234567890', '9007199254740993', '1e400', '-', '+1', '1E3', '0x1'),
  },
  { weight: 2, arbitrary: fc.constantFrom('true', 'false', 'null', 'nul', 'truex', 'NaN', '') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('["a","b"]', '[]', '["a",1]', '["a",]', '["a" ]', '{}', '{"a":1}', '{"a":{"b":[]}}'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('"\\u001b[1m"', '"\\u00e9"', '"\\/"', '"\\ud83d"', '"\t"', '"a\\"', '"SERVER"'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"10.0.0.1"', '"::1"', '"host"', '"WARN"', '"error"', '"' + 'x'.repeat(130) + '"'),
  },
);

const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<string>(...ATTRIBUTE_KEYS) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('span.kind', 'client.address', 'gen_ai.input.messages', 'gen_ai.output.messages'),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...PROFILE_NAMES)
      .chain((profile) => fc.constantFrom(...ATTRIBUTE_KEYS.map((attribute) => profileKey(attribute, profile)))),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'time',
      'msg',
      'pid',
      'severity',
      'ddsource',
      'labels.a',
      'labels.',
      'spanline.gauge.x',
      '7',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'client.ip', '_message', 'ecs.version', 'a"b', 'é', ''),
  },
);

const member = fc.tuple(key, value).map(([name, json]) => `${JSON.stringify(name)}:${json}`);
const envelope = Object.entries(ENVELOPE).map(([name, json]) => `${JSON.stringify(name)}:${json}`);

/** Lines that are nearly those of the tracer: members added, moved, left out; bytes changed. */
const hostileLine = fc
  .tuple(
    fc.oneof(fc.constant(envelope), fc.subarray(envelope), fc.shuffledSubarray(envelope, { minLength: 6 })),
    fc.array(member, { maxLength: 4 }),
    fc.boolean(),
    fc.option(fc.tuple(fc.nat(), fc.constantFrom('', ' ', '"', '\\', ',', '{', '}', '\r', '\0', 'x', '\u00ff')), {
      freq: 5,
    }),
  )
  .map(([first, more, isBefore, change]) => {
    const bytes = Buffer.from(`{${(isBefore ? [...more, ...first] : [...first, ...more]).join(',')}}`);
    if (change === null) return bytes;
    const [place, text] = change;
    const at = place % bytes.length;
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(text, 'latin1'), bytes.subarray(at + 1)]);
  });

function arbitraryJson(row: AttributeRow): string {
  if (row.values !== undefined) return JSON.stringify(row.values[0]);
  const byKind = {
    string: '"a"',
    text: '"a\\n"',
    json: JSON.stringify(MESSAGES),
    boolean: 'true',
    int: '3',
    double: '0.5',
  };
  return row.kind === 'strings' ? '["a","b"]' : byKind[row.kind];
}

describe('ECS documents of otel lines', () => {
  it('are copied from a line of every key, byte for byte what parsing makes of it', () => {
    const all = Object.entries<AttributeRow>(ATTRIBUTES).map(([name, row]): [string, string] => [
      name,
      arbitraryJson(row),
    ]);
    for (const extra of [
      {},
      { 'span.kind': '"SERVER"' },
      { 'client.address': '"10.0.0.1"' },
      { pid: '7', 'labels.a': '"b"' },
    ]) {
      const bytes = Buffer.from(lineOf({ ...ENVELOPE, ...Object.fromEntries(all), ...ENVELOPE, ...extra }));
      expect(copied(bytes)).toBeDefined();
      expect(copied(bytes)).toEqual(parsed(bytes));
    }
  });

  it('are what parsing makes of hostile lines too, or are left to it', () => {
    fc.assert(
      fc.property(hostileLine, (bytes) => {
        const copy = copied(bytes);
        if (copy !== undefined) expect(copy).toEqual(parsed(bytes));
      }),
      { numRuns: runs(400, 50_000) },
    );
  });

  it.each([
    ['a byte order mark', `\uFEFF${lineOf(ENVELOPE)}`],
    ['a key that is there twice', lineOf(ENVELOPE).replace('}', ',"level":"warn"}')],
    ['a number beyond 2^53', lineOf({ ...ENVELOPE, n: '12345678901234567890' })],
    ['an object of the application', lineOf({ ...ENVELOPE, req: '{"id":1}' })],
    ['white space', lineOf(ENVELOPE).replace(':', ': ')],
    ['a torn end', lineOf(ENVELOPE).slice(0, -1)],
    ['bytes that are no UTF-8', Buffer.from(lineOf(ENVELOPE).replace('→', '\u00ff'), 'latin1')],
    ['a SERVER span whose id comes later', lineOf({ 'span.kind': '"SERVER"', ...ENVELOPE })],
  ])('are left to parsing for %s', (_, line) => {
    expect(copied(Buffer.from(line))).toBeUndefined();
  });

  it('keep long content in pieces, and content that is too deep as text', () => {
    for (const text of [JSON.stringify([{ content: 'ä'.repeat(20_000) }]), nested(30), 'no JSON → at all']) {
      const bytes = Buffer.from(lineOf({ ...ENVELOPE, 'gen_ai.input.messages': JSON.stringify(text) }));
      expect(copied(bytes)).toBeDefined();
      expect(copied(bytes)).toEqual(parsed(bytes));
    }
  });
});
