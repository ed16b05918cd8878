/** Agreement of judges with people: Cohen's kappa of scores that both gave to the same span. */
import type { SpanRecord } from '@spanline/record';
import { type Interval, randomNumbers } from '@spanline/record/statistics';
import type { ReadRecord } from '../records/index.ts';

/** Agreement of one score. */
export interface Agreement {
  readonly name: string;
  /** Who is compared with people. */
  readonly source: 'llm_judge' | 'code';
  /** Spans that both have scored. */
  readonly pairs: number;
  /** Share of spans with the same label or number. */
  readonly same: number;
  /**
   * Cohen's kappa: 1 for the same scores, 0 for those of chance. Of labels; of numbers, weighted by the square of the
   * difference. `undefined` if it has no meaning: all scores are the same.
   */
  readonly kappa: number | undefined;
  /** Interval of 95 % of {@link kappa}, by resampling the spans; `undefined` with fewer than two pairs. */
  readonly interval: Interval | undefined;
}

type Value = string | number;
type Pair = readonly [person: Value, judge: Value];

const MAX_SPANS = 100_000;
const RESAMPLES = 1000;
const SEED = 1;

/** Shares of labels that agree, and that would by chance. */
function kappaOfLabels(pairs: readonly Pair[]): number | undefined {
  const counts = new Map<Value, [number, number]>();
  let same = 0;
  for (const [person, judge] of pairs) {
    if (person === judge) same++;
    for (const [side, value] of [person, judge].entries()) {
      const count = counts.get(value) ?? [0, 0];
      count[side as 0 | 1]++;
      counts.set(value, count);
    }
  }
  const total = pairs.length;
  let chance = 0;
  for (const [first, second] of counts.values()) chance += (first / total) * (second / total);
  return chance === 1 ? undefined : (same / total - chance) / (1 - chance);
}

/** Weights by squares need no table: the mean square of the differences, over that of all pairs of scores. */
function kappaOfNumbers(pairs: readonly Pair[]): number | undefined {
  const sums = { x: 0, y: 0, xx: 0, yy: 0, difference: 0 };
  for (const [first, second] of pairs) {
    const [x, y] = [Number(first), Number(second)];
    sums.x += x;
    sums.y += y;
    sums.xx += x * x;
    sums.yy += y * y;
    sums.difference += (x - y) ** 2;
  }
  const total = pairs.length;
  const chance = sums.xx / total + sums.yy / total - (2 * sums.x * sums.y) / total ** 2;
  return chance > 1e-12 ? 1 - sums.difference / total / chance : undefined;
}

/** Kappa of values that two gave to the same things. */
function kappaOf(pairs: readonly Pair[]): number | undefined {
  return pairs.every((pair) => pair.every((value) => typeof value === 'number'))
    ? kappaOfNumbers(pairs)
    : kappaOfLabels(pairs);
}

function intervalOf(pairs: readonly Pair[]): Interval | undefined {
  if (pairs.length < 2) return undefined;
  const random = randomNumbers(SEED);
  const kappas: number[] = [];
  for (let round = 0; round < RESAMPLES; round++) {
    const sample = pairs.map(() => pairs[Math.floor(random() * pairs.length)] as Pair);
    const kappa = kappaOf(sample);
    if (kappa !== undefined) kappas.push(kappa);
  }
  if (kappas.length === 0) return undefined;
  kappas.sort((a, b) => a - b);
  const at = (share: number): number => kappas[Math.round(share * (kappas.length - 1))] as number;
  return { low: at(0.025), high: at(0.975) };
}

/** Scores of one span under one name. Of several of a source, the last one counts. */
type Given = Partial<Record<string, { readonly label: string | undefined; readonly number: number | undefined }>>;

/** Labels if both have one, else numbers. */
function pairOf(person: NonNullable<Given[string]>, judge: NonNullable<Given[string]>): Pair | undefined {
  if (person.label !== undefined && judge.label !== undefined) return [person.label, judge.label];
  return person.number === undefined || judge.number === undefined ? undefined : [person.number, judge.number];
}

function keyOf(record: SpanRecord): string | undefined {
  const name = record['gen_ai.evaluation.name'];
  const target = record.span_id ?? record.trace_id ?? record['http.request.id'];
  return name === undefined || target === undefined ? undefined : JSON.stringify([name, target]);
}

/**
 * Compares the scores of judges with those of people (`spanline.evaluation.source` of `user`), by name. It reads the
 * first 100,000 spans with scores.
 */
export async function agreementOf(records: AsyncIterable<ReadRecord>): Promise<readonly Agreement[]> {
  const spans = new Map<string, Given>();
  for await (const { kind, record } of records) {
    const key = kind === 'score' ? keyOf(record) : undefined;
    const source = record['spanline.evaluation.source'];
    if (key === undefined || source === undefined) continue;
    let given = spans.get(key);
    if (given === undefined) {
      if (spans.size >= MAX_SPANS) continue;
      spans.set(key, (given = {}));
    }
    given[source] = { label: record['spanline.evaluation.label'], number: record['gen_ai.evaluation.score.value'] };
  }
  const groups = new Map<string, { name: string; source: Agreement['source']; pairs: Pair[] }>();
  for (const [key, given] of spans) {
    const [name] = JSON.parse(key) as [string];
    for (const source of ['llm_judge', 'code'] as const) {
      const [person, judge] = [given['user'], given[source]];
      const pair = person === undefined || judge === undefined ? undefined : pairOf(person, judge);
      if (pair === undefined) continue;
      const group = groups.get(`${source} ${name}`) ?? { name, source, pairs: [] };
      group.pairs.push(pair);
      groups.set(`${source} ${name}`, group);
    }
  }
  return [...groups.values()]
    .map(({ name, source, pairs }) => ({
      name,
      source,
      pairs: pairs.length,
      same: pairs.filter(([person, judge]) => person === judge).length / pairs.length,
      kappa: kappaOf(pairs),
      interval: intervalOf(pairs),
    }))
    .toSorted((a, b) => b.pairs - a.pairs);
}
