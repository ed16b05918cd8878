/** Figures of spans from a cluster. It aggregates them; where its index holds too little, the spans are read. */

import { list, number, props, UNBILLED_REASONS } from '@spanline/record';
import { createStatsCollector, type Stats, type StatsRow } from '../answers/index.ts';
import type { Field } from '../filter/index.ts';
import { ClusterError } from './client.ts';
import { type Group, groupSpans } from './groups.ts';
import { type Asked, both, isSpan, passing } from './open-cluster.ts';

const MS = 1000;
const PERCENTS = [50, 95, 99];
/** Groups of fewer spans are held exactly by the sketch. */
const COMPRESSION = 500;

function figuresOf({ name }: Asked): Record<string, unknown> {
  const percentiles = (key: string): unknown => ({
    percentiles: { field: name(key), percents: PERCENTS, keyed: false, tdigest: { compression: COMPRESSION } },
  });
  const sum = (key: string): unknown => ({ sum: { field: name(key) } });
  const exists = (key: string): unknown => ({ exists: { field: name(key) } });
  return {
    durations: percentiles('duration_ms'),
    total: sum('duration_ms'),
    ttft: percentiles('gen_ai.response.time_to_first_chunk'),
    input: sum('gen_ai.usage.input_tokens'),
    output: sum('gen_ai.usage.output_tokens'),
    cost: sum('spanline.cost.usd'),
    errors: { filter: { term: { [name('span.status')]: 'error' } } },
    unknown: {
      filter: {
        bool: {
          filter: [exists('spanline.cost.reason')],
          must_not: [exists('spanline.cost.usd'), { terms: { [name('spanline.cost.reason')]: UNBILLED_REASONS } }],
        },
      },
    },
  };
}

function quantile(figure: unknown, percent: number, scale = 1): number | undefined {
  const value = list(props(figure)['values'])
    .map(props)
    .find(({ key }) => key === percent);
  const found = number(value?.['value']);
  return found === undefined ? undefined : found * scale;
}

const sumOf = (figure: unknown): number => number(props(figure)['value']) ?? 0;
const countOf = (figure: unknown): number => number(props(figure)['doc_count']) ?? 0;

function rowOf({ by, count, figures }: Group): StatsRow {
  const errors = countOf(figures['errors']);
  return {
    by,
    count,
    errors,
    errorRate: errors / count,
    p50Ms: quantile(figures['durations'], 50),
    p95Ms: quantile(figures['durations'], 95),
    p99Ms: quantile(figures['durations'], 99),
    totalMs: sumOf(figures['total']),
    selfMs: undefined,
    selfShare: undefined,
    inputTokens: sumOf(figures['input']),
    outputTokens: sumOf(figures['output']),
    costUsd: sumOf(figures['cost']),
    unknownCosts: countOf(figures['unknown']),
    ttftP50Ms: quantile(figures['ttft'], 50, MS),
    ttftP95Ms: quantile(figures['ttft'], 95, MS),
  };
}

/** The children of a span may be in no answer, so that its self time is not known. */
function withoutSelfTime(by: readonly Field[], rows: readonly StatsRow[]): Stats {
  const name = (row: StatsRow): string => JSON.stringify(row.by.map((value) => value ?? null));
  return {
    by: by.map((field) => field.name),
    rows: rows
      .map((row) => ({ ...row, selfMs: undefined, selfShare: undefined }))
      .toSorted((a, b) => b.totalMs - a.totalMs || (name(a) < name(b) ? -1 : 1)),
  };
}

async function countSpans({ snapshot, compiled, signal }: Asked): Promise<number> {
  const query = both(compiled.query, isSpan);
  const answer = await snapshot.search({ size: 0, track_total_hits: true, query }, signal);
  return number(props(props(answer['hits'])['total'])['value']) ?? 0;
}

/** Reads the spans themselves, if they are few enough that none has to be left out. */
async function fromSpans(asked: Asked, by: readonly Field[]): Promise<Stats> {
  const { maxLines } = asked.target;
  const count = await countSpans(asked);
  if (count > maxLines) {
    const why = asked.compiled.isExact
      ? `a cluster cannot group by ${by.map(({ name }) => name).join(', ')}`
      : 'a cluster cannot answer this filter exactly';
    throw new ClusterError(
      `${why}, and ${count} spans are more than the ${maxLines} that may be read: narrow the filter, or raise maxLines`,
    );
  }
  const collector = createStatsCollector(by);
  for await (const line of passing(asked, isSpan)) collector.add(line, true);
  return withoutSelfTime(by, collector.end().rows);
}

/** Figures of the spans that pass. */
export async function* clusterStats(asked: Asked, by: readonly Field[]): AsyncGenerator<Stats> {
  const { compiled } = asked;
  const groups = compiled.isExact
    ? await groupSpans(asked, both(compiled.query, isSpan), by, figuresOf(asked))
    : undefined;
  yield groups === undefined ? await fromSpans(asked, by) : withoutSelfTime(by, groups.map(rowOf));
}
