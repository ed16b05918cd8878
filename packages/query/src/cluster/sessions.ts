/** The traces of sessions, as the cluster adds their spans up. */

import { list, number, props, UNBILLED_REASONS } from '@spanline/record';
import type { SessionTrace } from '../answers/index.ts';
import type { Field } from '../filter/index.ts';
import { type Group, groupSpans } from './groups.ts';
import { type Asked, isSpan, both } from './open-cluster.ts';
import { traceIds } from './traces.ts';

/** Most traces, the newest. */
const MAX_TRACES = 10_000;
/** Traces whose spans are added up by one query. */
const CHUNK = 500;

/** The value that the first of the lines with one has. */
const firstValue = (field: string): unknown => ({
  terms: { field, size: 1, order: { first: 'asc' } },
  aggs: { first: { min: { field: '@timestamp' } } },
});

function figuresOf({ name }: Asked): Record<string, unknown> {
  const sum = (key: string): unknown => ({ sum: { field: name(key) } });
  const exists = (key: string): unknown => ({ exists: { field: name(key) } });
  const where = (filter: readonly unknown[], ...not: readonly unknown[]): unknown => ({
    filter: { bool: { filter, must_not: not } },
  });
  return {
    session: firstValue(name('session.id')),
    user: firstValue(name('user.id')),
    start: { min: { field: name('event.start') } },
    end: { max: { field: '@timestamp' } },
    input: sum('gen_ai.usage.input_tokens'),
    output: sum('gen_ai.usage.output_tokens'),
    cost: sum('spanline.cost.usd'),
    unknown: where([exists('spanline.cost.reason')], exists('spanline.cost.usd'), {
      terms: { [name('spanline.cost.reason')]: UNBILLED_REASONS },
    }),
    errors: where([{ term: { [name('span.status')]: 'error' } }], {
      term: { [name('spanline.error.propagated')]: true },
    }),
  };
}

const valueOf = (figure: unknown): number | undefined => number(props(figure)['value']);
const countOf = (figure: unknown): number => number(props(figure)['doc_count']) ?? 0;

function keyOf(figure: unknown): string | undefined {
  const [bucket] = list(props(figure)['buckets']).map(props);
  return bucket === undefined ? undefined : String(bucket['key']);
}

function traceOf({ by: [id], count, figures }: Group): SessionTrace {
  const [startMs, endMs] = [valueOf(figures['start']), valueOf(figures['end'])];
  return {
    traceId: String(id),
    sessionId: keyOf(figures['session']),
    userId: keyOf(figures['user']),
    startMs,
    durationMs: startMs === undefined || endMs === undefined ? undefined : Math.max(0, endMs - startMs),
    spans: count,
    errors: countOf(figures['errors']),
    inputTokens: valueOf(figures['input']) ?? 0,
    outputTokens: valueOf(figures['output']) ?? 0,
    costUsd: valueOf(figures['cost']) ?? 0,
    unknownCosts: countOf(figures['unknown']),
  };
}

/** The newest traces in which a span passes, oldest first. Their figures count all of their spans. */
export async function* clusterSessionTraces(asked: Asked, trace: Field): AsyncGenerator<SessionTrace> {
  const ids = await traceIds(asked, MAX_TRACES);
  const figures = figuresOf(asked);
  for (let from = 0; from < ids.length; from += CHUNK) {
    const chunk = ids.slice(from, from + CHUNK);
    const query = both(isSpan, { terms: { [asked.name('trace_id')]: chunk } });
    const groups = (await groupSpans(asked, query, [trace], figures, CHUNK)) ?? [];
    const found = new Map(groups.map((group) => [String(group.by[0]), group]));
    yield* chunk.flatMap((id) => found.get(id) ?? []).map(traceOf);
  }
}
