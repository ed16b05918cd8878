/** Sums of costs that the cluster adds up. */

import { number, props } from '@spanline/record';
import { type CallSpan, type CostRow, type CostSums, rateStart } from '../answers/index.ts';
import type { Field } from '../filter/index.ts';
import { type Group, groupSpans } from './groups.ts';
import { type Asked, both, isSpan } from './open-cluster.ts';

/** Fields that calls are grouped by. The model that answered stands before the one that was asked for. */
export interface CostFields {
  readonly day: Field;
  readonly answered: Field;
  readonly asked: Field;
  readonly user: Field;
}

const HOUR = 3_600_000;
const DATE = 10;
/** Groups have a few sums each. */
const PAGE = 1000;

const valueOf = (figure: unknown): number | undefined => number(props(figure)['value']);

function figuresOf({ name }: Asked): Record<string, unknown> {
  const sum = (key: string): unknown => ({ sum: { field: name(key) } });
  return {
    input: sum('gen_ai.usage.input_tokens'),
    output: sum('gen_ai.usage.output_tokens'),
    cached: sum('gen_ai.usage.cache_read.input_tokens'),
    cost: sum('spanline.cost.usd'),
    known: { filter: { exists: { field: name('spanline.cost.usd') } } },
  };
}

function sumsOf({ count, figures }: Group): Omit<CostRow, 'name'> {
  return {
    calls: count,
    inputTokens: valueOf(figures['input']) ?? 0,
    outputTokens: valueOf(figures['output']) ?? 0,
    cachedTokens: valueOf(figures['cached']) ?? 0,
    costUsd: valueOf(figures['cost']) ?? 0,
    unknownCosts: count - (number(props(figures['known'])['doc_count']) ?? 0),
  };
}

/** Rows by name: of several groups with one name, the sum. */
function rowsOf(groups: readonly Group[], nameOf: (group: Group) => string | undefined): CostRow[] {
  const rows = new Map<string | undefined, CostRow>();
  for (const group of groups) {
    const name = nameOf(group);
    const [sums, known] = [sumsOf(group), rows.get(name)];
    const add = (key: keyof typeof sums): number => sums[key] + (known?.[key] ?? 0);
    rows.set(name, {
      name,
      calls: add('calls'),
      inputTokens: add('inputTokens'),
      outputTokens: add('outputTokens'),
      cachedTokens: add('cachedTokens'),
      costUsd: add('costUsd'),
      unknownCosts: add('unknownCosts'),
    });
  }
  return [...rows.values()];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Sums of the calls that pass. Yields nothing where the cluster cannot add them up exactly. */
export async function* clusterCosts(asked: Asked, fields: CostFields): AsyncGenerator<CostSums> {
  const { compiled, name, snapshot, signal } = asked;
  if (!compiled.isExact) return;
  const calls = both(compiled.query, isSpan, {
    bool: {
      should: ['spanline.cost.usd', 'spanline.cost.reason'].map((key) => ({ exists: { field: name(key) } })),
      minimum_should_match: 1,
    },
  });
  const figures = figuresOf(asked);
  const group = (...by: readonly Field[]): Promise<Group[] | undefined> => groupSpans(asked, calls, by, figures, PAGE);
  const time = { field: '@timestamp' };
  const all = await groupSpans(asked, calls, [], { ...figures, first: { min: time }, last: { max: time } });
  const days = await group(fields.day);
  const models = await group(fields.answered, fields.asked);
  const users = await group(fields.user);
  if (all === undefined || days === undefined || models === undefined || users === undefined) return;
  const [whole = { by: [], count: 0, figures: {} }] = all;
  const [firstMs, lastMs] = [valueOf(whole.figures['first']), valueOf(whole.figures['last'])];
  const span: CallSpan | undefined = firstMs === undefined || lastMs === undefined ? undefined : { firstMs, lastMs };
  let recentUsd = 0;
  if (span !== undefined) {
    const from = Math.floor(rateStart(span) / HOUR) * HOUR;
    const query = both(calls, { range: { '@timestamp': { gte: from, format: 'epoch_millis' } } });
    const answer = await snapshot.search(
      { size: 0, track_total_hits: false, query, aggs: { cost: figures['cost'] } },
      signal,
    );
    recentUsd = valueOf(props(answer['aggregations'])['cost']) ?? 0;
  }
  yield {
    total: sumsOf(whole),
    days: rowsOf(days, ({ by: [day] }) => text(day)?.slice(0, DATE)),
    models: rowsOf(models, ({ by: [answered, wanted] }) => text(answered ?? wanted)),
    users: rowsOf(users, ({ by: [user] }) => text(user)),
    span,
    recentUsd,
  };
}
