import fc from 'fast-check';
import { expect } from 'vitest';
import { type Filter, parseFilter, toSearchQuery, toTest } from '@spanline/query';
import { type SpanRecord, toEcs } from '@spanline/record';
import { filterText, record } from '../../../packages/query/test/support/arbitrary.ts';
import type { SearchClient } from './search-client.ts';

const NOW = Date.UTC(2026, 10, 24);
const LINES = 150;
const FILTERS = 400;

/** Records by chance, as a tracer writes them. */
export function recordsByChance(): SpanRecord[] {
  return fc
    .sample(record, LINES)
    .map((line, place) => ({ ...line, 'spanline.schema': '1.0', 'event.id': `e-${place}` }));
}

/** Stores records under their places, in the words of a profile. */
export async function store(
  client: SearchClient,
  index: string,
  profile: 'ecs' | 'otel',
  records: readonly SpanRecord[],
): Promise<void> {
  for (const [place, line] of records.entries())
    await client.send('PUT', `${index}/_create/${place}`, profile === 'ecs' ? toEcs(line) : line);
  await client.refresh(index);
}

/** Filters by chance find the records that pass in memory. A filter that is not exact finds more, and misses none. */
export async function expectSameRecords(
  client: SearchClient,
  index: string,
  profile: 'ecs' | 'otel',
  records: readonly SpanRecord[],
  isAnswered: (query: Readonly<Record<string, unknown>>, filter: Filter) => boolean = () => true,
): Promise<void> {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(filterText, async (text) => {
      const filter = parseFilter(text, { now: NOW });
      const passes = toTest(filter);
      const { query, isExact } = toSearchQuery(filter, { profile });
      if (!isAnswered(query, filter)) return;
      const hits = await client.find(index, query);
      const found = hits.map(({ _id }) => Number(_id)).toSorted((first, second) => first - second);
      const expected = records.flatMap((line, place) => (passes(line) ? [place] : []));
      count += expected.length;
      expect(isExact ? found : found.filter((place) => expected.includes(place))).toEqual(expected);
    }),
    { numRuns: FILTERS },
  );
  expect(count).toBeGreaterThan(LINES);
}
