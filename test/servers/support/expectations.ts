import { expect } from 'vitest';
import { EVERY_MS, type Line, START } from './program.ts';
import type { SearchClient } from './search-client.ts';

interface Buckets<Value> {
  readonly by: { readonly buckets: readonly ({ readonly key: string; readonly doc_count: number } & Value)[] };
}

/** What tells lines apart: the id of a record, the number that the application wrote on others. */
export const ids = (lines: readonly Line[]): unknown[] =>
  lines.map((line) => line['event.id'] ?? line['attempt']).toSorted();

async function find(client: SearchClient, index: string, query: Record<string, unknown>): Promise<Line[]> {
  return (await client.find(index, query)).map(({ _source }) => _source);
}

/** The values of a sample around a percentile: estimates of engines lie between them. */
function around(values: readonly number[], quantile: number): [number, number] {
  const sorted = values.toSorted((first, second) => first - second);
  const at = quantile * (sorted.length - 1);
  return [sorted[Math.floor(at) - 1] ?? 0, sorted[Math.ceil(at) + 1] ?? Number.POSITIVE_INFINITY];
}

function grouped(lines: readonly Line[], key: string, value: string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const line of lines) {
    const [name, number] = [line[key], line[value]];
    if (typeof name === 'string' && typeof number === 'number') groups.set(name, [...(groups.get(name) ?? []), number]);
  }
  return groups;
}

/** The lines of one value of each field are found, and no others. `fields` maps a field of the documents to the key of the lines. */
export async function expectFound(
  client: SearchClient,
  index: string,
  lines: readonly Line[],
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const sample = lines.find(
    (line) => line['http.request.id'] === 'req-10' && line['event.name'] === 'span.end',
  ) as Line;
  expect(sample['user.id']).toMatch(/^[0-9a-f]{32}$/);
  for (const [field, key] of Object.entries(fields)) {
    const expected = lines.filter((line) => line[key] === sample[key]);
    expect(expected.length, field).toBeGreaterThan(4);
    expect(ids(await find(client, index, { term: { [field]: sample[key] } })), field).toEqual(ids(expected));
  }
}

/** Lines of twenty requests are found by their time, and no others. */
export async function expectFoundByTime(client: SearchClient, index: string, lines: readonly Line[]): Promise<void> {
  const [from, to] = [START + 100 * EVERY_MS, START + 120 * EVERY_MS];
  const expected = lines.filter(({ '@timestamp': text }) => {
    const time = Date.parse(String(text));
    return time >= from && time < to;
  });
  expect(expected.length).toBeGreaterThanOrEqual(80);
  const range = { gte: new Date(from).toISOString(), lt: new Date(to).toISOString() };
  expect(ids(await find(client, index, { range: { '@timestamp': range } }))).toEqual(ids(expected));
}

/** The 95th percentile of the duration by name of the span is that of the lines. */
export async function expectPercentiles(client: SearchClient, index: string, lines: readonly Line[]): Promise<void> {
  const aggs = { p95: { percentiles: { field: 'duration_ms', percents: [95], keyed: false } } };
  const { by } = await client.aggregate<Buckets<{ p95: { values: [{ value: number }] } }>>(index, {
    aggs: { by: { terms: { field: 'span.name', size: 50 }, aggs } },
  });
  const written = grouped(lines, 'span.name', 'duration_ms');
  expect(by.buckets.map(({ key }) => key).toSorted()).toEqual([...written.keys()].toSorted());
  for (const { key, doc_count: count, p95 } of by.buckets) {
    const values = written.get(key) as number[];
    const [low, high] = around(values, 0.95);
    expect(count, key).toBe(values.length);
    expect(p95.values[0].value, key).toBeGreaterThanOrEqual(low);
    expect(p95.values[0].value, key).toBeLessThanOrEqual(high);
  }
}

/** The cost by model is that of the lines. */
export async function expectCosts(client: SearchClient, index: string, lines: readonly Line[]): Promise<void> {
  const aggs = { cost: { sum: { field: 'spanline.cost.usd' } } };
  const { by } = await client.aggregate<Buckets<{ cost: { value: number } }>>(index, {
    aggs: { by: { terms: { field: 'gen_ai.request.model' }, aggs } },
  });
  const written = grouped(lines, 'gen_ai.request.model', 'spanline.cost.usd');
  expect(by.buckets).toHaveLength(written.size);
  for (const { key, cost } of by.buckets) {
    const sum = (written.get(key) as number[]).reduce((total, value) => total + value, 0);
    expect(sum, key).toBeGreaterThan(0);
    expect(cost.value, key).toBeCloseTo(sum, 9);
  }
}
