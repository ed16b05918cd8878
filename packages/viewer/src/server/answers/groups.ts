/** Traces of a table by session, user, route, model or service. */

import type { GroupRow, TraceGroup, TraceOrder } from '../../contract/index.ts';
import { present } from './present.ts';
import type { TraceTable } from './trace-table.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The groups of a table. */
export interface Groups {
  readonly rows: readonly GroupRow[];
  readonly tracesWithout: number;
}

const MEASURES: Readonly<Record<TraceOrder, (row: GroupRow) => number>> = {
  start: ({ endMs }) => endMs ?? 0,
  duration: ({ slowestMs }) => slowestMs ?? 0,
  ttft: ({ endMs }) => endMs ?? 0,
  tokens: ({ tokens }) => tokens,
  cost: ({ costUsd }) => costUsd,
  errors: ({ failed }) => failed,
  spans: ({ traces }) => traces,
  score: ({ endMs }) => endMs ?? 0,
};

/** The largest group first; of equal ones, the newest. */
export function sortGroups(rows: readonly GroupRow[], order: TraceOrder): GroupRow[] {
  const measure = MEASURES[order];
  return rows.toSorted((a, b) => measure(b) - measure(a) || MEASURES.start(b) - MEASURES.start(a));
}

/** Adds up the traces of each value of a field. */
export function groupTraces(table: TraceTable, by: TraceGroup): Groups {
  const keys = table.texts(by);
  const users = table.texts('user');
  const [starts, durations, errors] = [table.numbers('start'), table.numbers('duration'), table.numbers('errors')];
  const [spans, tokens, costs] = [table.numbers('spans'), table.numbers('tokens'), table.numbers('cost')];
  const unknownCosts = table.numbers('unknownCosts');
  const groups = new Map<number, Mutable<GroupRow>>();
  let tracesWithout = 0;
  for (let index = 0; index < table.count; index++) {
    const key = keys[index] ?? 0;
    if (key === 0) {
      tracesWithout++;
      continue;
    }
    let group = groups.get(key);
    if (group === undefined) {
      const userId = by === 'session' ? table.text(users[index] ?? 0) : undefined;
      const empty = { traces: 0, failed: 0, spans: 0, tokens: 0, costUsd: 0, ...present({ userId }) };
      group = { value: table.text(key) ?? '', ...empty };
      groups.set(key, group);
    }
    group.traces++;
    if ((errors[index] ?? 0) > 0) group.failed++;
    group.spans += spans[index] ?? 0;
    group.tokens += tokens[index] ?? 0;
    group.costUsd += costs[index] ?? 0;
    const unknown = unknownCosts[index] ?? 0;
    if (unknown > 0) group.unknownCosts = (group.unknownCosts ?? 0) + unknown;
    const [start = Number.NaN, duration = Number.NaN] = [starts[index], durations[index]];
    if (Number.isNaN(start) || Number.isNaN(duration)) continue;
    group.startMs = Math.min(group.startMs ?? start, start);
    group.endMs = Math.max(group.endMs ?? start, start + duration);
    if (duration > (group.slowestMs ?? -1)) {
      group.slowestMs = duration;
      group.slowestTraceId = table.traceId(index);
    }
  }
  return { rows: [...groups.values()], tracesWithout };
}
