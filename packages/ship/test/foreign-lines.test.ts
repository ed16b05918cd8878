import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLine } from '@spanline/record';
import { runs } from '../../../test/support/effort.ts';
import { toProfile } from '../src/sinks/line-format.ts';

const PROFILES = ['ecs', 'otel', 'datadog'] as const;
const NAMES = (
  'level log.level status time @timestamp msg message service duration ddtags ddsource client.ip client.address ' +
  'transaction.id ecs.version span.kind trace_id trace.id http env spanline error host hostname usr event.duration ' +
  '__proto__ constructor cart.size cart'
).split(' ');
const values = fc.oneof(
  fc.string(),
  fc.integer({ min: 100, max: 600_000_000 }),
  fc.boolean(),
  fc.constantFrom('SERVER', 'nodejs', '203.0.113.9', 'yesterday'),
  fc.dictionary(fc.constantFrom('ip', 'address', 'id', 'size', 'kind'), fc.string(), { minKeys: 1 }),
);
/** Lines of other programs: JSON objects whose names are those of ours, and values that are not. */
const lines = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), values), { maxLength: 8 })
  .map((entries) => new Map(entries))
  .map(
    (fields) => `{${[...fields].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
  );

/** All values in an object that are no objects, as JSON. */
function leaves(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [JSON.stringify(value)];
  return Object.keys(value).flatMap((key) => leaves((value as Record<string, unknown>)[key]));
}

describe.each(PROFILES)('a line of another program in the profile %s', (profile) => {
  it('has all its values, and a time', () => {
    fc.assert(
      fc.property(lines, (line) => {
        const parsed = parseLine(line);
        if (parsed === undefined) throw new Error('a JSON object was not read');
        const document = toProfile(parsed, profile);
        const held = new Set(leaves(JSON.parse(JSON.stringify(document))));
        for (const value of leaves(JSON.parse(line))) expect(held).toContain(value);
        expect(Date.parse(String(document['@timestamp']))).not.toBeNaN();
      }),
      { numRuns: runs(300, 3000) },
    );
  });

  it('gets no field that is derived from its own', () => {
    const parsed = parseLine({
      'log.level': 'info',
      'span.kind': 'SERVER',
      span_id: 'x',
      'client.address': '203.0.113.9',
    });
    if (parsed === undefined) throw new Error('a JSON object was not read');
    expect(toProfile(parsed, 'ecs')).not.toHaveProperty(['client.ip']);
    expect(toProfile(parsed, 'ecs')).not.toHaveProperty(['transaction.id']);
  });

  it('keeps a time that cannot be read, and says that its time is that of reading', () => {
    const parsed = parseLine({ '@timestamp': 'yesterday', time: 'late', message: 'm' });
    if (parsed === undefined) throw new Error('a JSON object was not read');
    const document = toProfile(parsed, profile);
    const readAt = profile === 'datadog' ? document['spanline'] : { read_at: document['spanline.read_at'] };
    expect(document).toMatchObject({ '_@timestamp': 'yesterday', time: 'late' });
    expect(readAt).toEqual({ read_at: document['@timestamp'] });
  });
});
