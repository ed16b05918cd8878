/** Scores of evaluations and users: the lines `gen_ai.evaluation.result`. */

import type { SpanRecord } from '@spanline/record';
import type { ReadRecord } from '../records/index.ts';

/** Scores of one name. */
export interface ScoreGroup {
  readonly name: string;
  readonly count: number;
  /** Of the scores that have a value; `undefined` if none has. */
  readonly mean: number | undefined;
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  /** How often each label was given, at most 20 labels. */
  readonly labels: Readonly<Record<string, number>>;
}

/** The scores of a log. */
export interface Scores {
  readonly count: number;
  /** By name. */
  readonly groups: readonly ScoreGroup[];
  /** The lowest ones first; scores without a value come last, the newest first. */
  readonly scores: readonly SpanRecord[];
}

interface OpenGroup {
  count: number;
  valued: number;
  sum: number;
  lowest: number;
  highest: number;
  readonly labels: Map<string, number>;
}

const MAX_GROUPS = 1000;
const MAX_LABELS = 20;

function add(group: OpenGroup, record: SpanRecord): void {
  const value = record['gen_ai.evaluation.score.value'];
  const label = record['spanline.evaluation.label'];
  group.count++;
  if (value !== undefined) {
    group.valued++;
    group.sum += value;
    group.lowest = Math.min(group.lowest, value);
    group.highest = Math.max(group.highest, value);
  }
  if (label !== undefined && (group.labels.has(label) || group.labels.size < MAX_LABELS))
    group.labels.set(label, (group.labels.get(label) ?? 0) + 1);
}

const newest = (a: SpanRecord, b: SpanRecord): number => ((a['@timestamp'] ?? '') < (b['@timestamp'] ?? '') ? 1 : -1);

function lowestFirst(records: readonly SpanRecord[], limit: number): SpanRecord[] {
  const value = (record: SpanRecord): number => record['gen_ai.evaluation.score.value'] ?? Number.POSITIVE_INFINITY;
  return records
    .toSorted((a, b) => (value(a) === value(b) ? newest(a, b) : value(a) < value(b) ? -1 : 1))
    .slice(0, limit);
}

/**
 * Reads the scores among lines, such as those of `log.records('score<0.5')`.
 *
 * @param limit - how many of the lowest scores are kept
 */
export async function scoresOf(records: AsyncIterable<ReadRecord>, limit: number): Promise<Scores> {
  const groups = new Map<string, OpenGroup>();
  let kept: SpanRecord[] = [];
  let count = 0;
  for await (const { kind, record } of records) {
    if (kind !== 'score') continue;
    count++;
    kept.push(record);
    if (kept.length >= limit * 2) kept = lowestFirst(kept, limit);
    const name = record['gen_ai.evaluation.name'] ?? '(no name)';
    let group = groups.get(name);
    if (group === undefined && groups.size < MAX_GROUPS) {
      const [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      group = { count: 0, valued: 0, sum: 0, lowest, highest, labels: new Map() };
      groups.set(name, group);
    }
    if (group !== undefined) add(group, record);
  }
  const rows = [...groups].map(([name, group]): ScoreGroup => {
    const hasValues = group.valued > 0;
    return {
      name,
      count: group.count,
      mean: hasValues ? group.sum / group.valued : undefined,
      lowest: hasValues ? group.lowest : undefined,
      highest: hasValues ? group.highest : undefined,
      labels: Object.fromEntries(group.labels),
    };
  });
  return { count, groups: rows.toSorted((a, b) => b.count - a.count), scores: lowestFirst(kept, limit) };
}
