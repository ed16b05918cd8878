/** Figures of spans by step, or by any other fields. */

import { type AttributeKey, hasUnknownCost, type SpanRecord } from '@spanline/record';
import { type Field, fieldValues, type Value } from '../filter/index.ts';
import { endMs, idNumber, isSpanEnd, type ReadRecord, startMs } from '../records/index.ts';
import { createNumbers, type Numbers } from './numbers.ts';
import { createOpenSpans } from './open-spans.ts';

/** Figures of one group of spans. */
export interface StatsRow {
  /** Values of the fields that the spans were grouped by, in their order. `undefined` where a span has none. */
  readonly by: readonly (Value | undefined)[];
  readonly count: number;
  /** Spans that failed: their status is `error`, also where a child passed it on. */
  readonly errors: number;
  /** Share of errors, 0 to 1. */
  readonly errorRate: number;
  /** Quantiles of the durations in milliseconds; `undefined` if no span has one. */
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly totalMs: number;
  /** Time during which the spans had no open child. `undefined` from a cluster, which does not know it. */
  readonly selfMs: number | undefined;
  /** Share of the self time of all groups, 0 to 1; `undefined` from a cluster. */
  readonly selfShare: number | undefined;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Known costs, in US dollars. */
  readonly costUsd: number;
  /** Model calls whose cost is not known. */
  readonly unknownCosts: number;
  /** Median of the time to the first token, in milliseconds; `undefined` if no span has one. */
  readonly ttftP50Ms: number | undefined;
  readonly ttftP95Ms: number | undefined;
}

/** Figures of spans, the group with the most self time first; from a cluster, the one with the longest total time. */
export interface Stats {
  /** Names of the fields that the spans were grouped by. */
  readonly by: readonly string[];
  readonly rows: readonly StatsRow[];
}

interface Group {
  readonly number: number;
  readonly by: readonly (Value | undefined)[];
  readonly durations: Numbers;
  readonly ttft: Numbers;
  count: number;
  errors: number;
  totalMs: number;
  selfMs: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  unknownCosts: number;
}

/** Keys of the record that figures need, beside those of the filter and of the groups. */
export const STATS_KEYS: readonly AttributeKey[] = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'event.start',
  'duration_ms',
  'span.status',
  'gen_ai.response.time_to_first_chunk',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'spanline.cost.usd',
  'spanline.cost.reason',
];

/** Those of them that figures only compare, so that a reader of keys may give numbers for them. */
export const COMPARED_KEYS: readonly AttributeKey[] = [
  '@timestamp',
  'trace_id',
  'span_id',
  'parent_span_id',
  'event.start',
];

const MS = 1000;

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Figures of a group before the shares are known. */
type Figures = Omit<StatsRow, 'selfMs' | 'selfShare' | 'errorRate'> & { readonly selfMs: number };

/** The figures of groups, and each group's share. Groups with the same self time keep the order of their names. */
export function toStats(by: readonly string[], groups: readonly Figures[]): Stats {
  const total = groups.reduce((sum, { selfMs }) => sum + selfMs, 0);
  const rows = groups.map((group) => ({
    ...group,
    errorRate: group.errors / group.count,
    selfShare: total === 0 ? 0 : group.selfMs / total,
  }));
  const name = (row: StatsRow): string => JSON.stringify(row.by.map((value) => value ?? null));
  return { by, rows: rows.toSorted((a, b) => b.selfMs - a.selfMs || (name(a) < name(b) ? -1 : 1)) };
}

/** Collects the figures. */
export interface StatsCollector {
  /** Adds a line. Spans that do not pass count as children only. Keys of {@link COMPARED_KEYS} may be numbers. */
  add(read: ReadRecord, passes: boolean): void;
  end(): Stats;
}

/** A number for an id. */
function numberOf(id: unknown): number | undefined {
  if (typeof id === 'number') return id;
  return typeof id === 'string' ? idNumber(id) : undefined;
}

function count(record: SpanRecord, group: Group): void {
  const durationMs = record.duration_ms;
  const ttft = record['gen_ai.response.time_to_first_chunk'];
  group.count++;
  if (record['span.status'] === 'error') group.errors++;
  if (isNumber(durationMs)) {
    group.durations.add(durationMs);
    group.totalMs += durationMs;
  }
  if (isNumber(ttft)) group.ttft.add(ttft * MS);
  group.inputTokens += number(record['gen_ai.usage.input_tokens']);
  group.outputTokens += number(record['gen_ai.usage.output_tokens']);
  group.costUsd += number(record['spanline.cost.usd']);
  if (hasUnknownCost(record)) group.unknownCosts++;
}

/** A text for the values of fields. */
function nameOf(values: readonly (Value | undefined)[]): string {
  const [only] = values;
  if (typeof only === 'string' && values.length === 1) return only;
  return JSON.stringify([values.map((value) => value ?? null)]);
}

/** The key of the only field, if its values are single texts. */
function onlyKey(by: readonly Field[]): AttributeKey | undefined {
  const [only, ...others] = by.flatMap(({ columns }) => columns);
  const isText = only?.type === 'keyword' && !only.isList && others.length === 0;
  return isText ? (only.key as AttributeKey) : undefined;
}

/** Creates a collector that groups by fields. */
export function createStatsCollector(by: readonly Field[]): StatsCollector {
  const groups: Group[] = [];
  const byName = new Map<string, Group>();
  const byText = new Map<unknown, Group>();
  const key = onlyKey(by);
  const spans = createOpenSpans((group, selfMs) => {
    const found = groups[group];
    if (found !== undefined) found.selfMs += selfMs;
  });

  function groupOf(values: readonly (Value | undefined)[]): Group {
    const name = nameOf(values);
    const known = byName.get(name);
    if (known !== undefined) return known;
    const group: Group = {
      number: groups.length,
      by: values,
      durations: createNumbers(),
      ttft: createNumbers(),
      count: 0,
      errors: 0,
      totalMs: 0,
      selfMs: 0,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
      unknownCosts: 0,
    };
    groups.push(group);
    byName.set(name, group);
    return group;
  }

  /** The group of a record. Records with the same text have the same group. */
  function groupOfRecord(record: SpanRecord): Group {
    const text = key === undefined ? undefined : record[key];
    const known = typeof text === 'string' ? byText.get(text) : undefined;
    if (known !== undefined) return known;
    const group = groupOf(by.map((field) => fieldValues(field, record)[0]));
    if (typeof text === 'string') byText.set(text, group);
    return group;
  }

  return {
    add({ kind, record }, passes) {
      if (!isSpanEnd(kind, record)) return;
      const group = passes ? groupOfRecord(record) : undefined;
      if (group !== undefined) count(record, group);
      const trace = numberOf(record.trace_id);
      const id = numberOf(record.span_id);
      const start = startMs(record);
      const end = endMs(record, start);
      if (trace === undefined || id === undefined || start === undefined || end === undefined) return;
      spans.add({ trace, id, parent: numberOf(record.parent_span_id), start, end, group: group?.number });
    },
    end() {
      spans.end();
      const rows = groups.map(({ number: _, durations, ttft, ...group }) => ({
        ...group,
        p50Ms: durations.quantile(0.5),
        p95Ms: durations.quantile(0.95),
        p99Ms: durations.quantile(0.99),
        ttftP50Ms: ttft.quantile(0.5),
        ttftP95Ms: ttft.quantile(0.95),
      }));
      return toStats(
        by.map(({ name }) => name),
        rows,
      );
    },
  };
}
