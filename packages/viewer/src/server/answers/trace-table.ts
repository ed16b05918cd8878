/**
 * Traces as columns: numbers in typed arrays, repeated texts once. A million traces take about 200 MB, which is a
 * fifth of what as many objects take.
 */

import type { TraceSummary } from '@spanline/query';
import { BoundedMap } from '@spanline/record';
import { type TraceOrder, type TraceRow } from '../../contract/index.ts';
import { present } from './present.ts';

const FIRST = 1024;
/** Newest traces whose rows can be replaced: more than may get lines. */
const MAX_CHANGING = 50_000;

const NUMBERS = ['start', 'duration', 'ttft', 'spans', 'errors', 'tokens', 'cost', 'unknownCosts', 'score'] as const;
/** A column of numbers. NaN is missing. */
type NumberColumn = (typeof NUMBERS)[number];

const TEXTS = ['name', 'status', 'hasRoot', 'models', 'service', 'session', 'user', 'route', 'model'] as const;
/** A column of texts that repeat. */
type TextColumn = (typeof TEXTS)[number];

/** A list that grows, of a kind of typed array. */
type Column<Values extends Float64Array | Uint32Array> = { values: Values };

/** The traces of a list. */
export interface TraceTable {
  /** Adds a trace, or replaces its row. Beyond the most rows, the one that was added first is replaced. */
  set(trace: TraceSummary): void;
  readonly count: number;
  /** Traces were replaced. */
  readonly isCut: boolean;
  numbers(column: NumberColumn): Float64Array;
  /** Numbers of texts, for {@link text}. 0 is no text. */
  texts(column: TextColumn): Uint32Array;
  text(number: number): string | undefined;
  traceId(index: number): string;
  /** The index of a trace; -1 if the table does not have it. */
  indexOf(traceId: string): number;
  row(index: number): TraceRow;
}

/** The mean of the scores, negated: the lowest scores are of most interest. */
function lowness({ scores }: TraceSummary): number {
  return scores.length === 0 ? Number.NaN : -scores.reduce((sum, { value }) => sum + value, 0) / scores.length;
}

/** The measures by which a list is sorted, and the calls without a known cost. */
const measures = (trace: TraceSummary): Readonly<Record<TraceOrder | 'unknownCosts', number>> => ({
  start: trace.startMs ?? Number.NaN,
  duration: trace.durationMs ?? Number.NaN,
  ttft: trace.ttftMs ?? Number.NaN,
  spans: trace.spans,
  errors: trace.errors,
  tokens: trace.inputTokens + trace.outputTokens,
  cost: trace.costUsd,
  unknownCosts: trace.unknownCosts,
  score: lowness(trace),
});

const textsOf = (trace: TraceSummary): Readonly<Record<TextColumn, string | undefined>> => ({
  name: trace.name ?? '(no name)',
  status: trace.status,
  hasRoot: trace.hasRoot ? 'yes' : undefined,
  models: trace.models.length === 0 ? undefined : JSON.stringify(trace.models),
  model: trace.models[0],
  service: trace.service,
  session: trace.sessionId,
  user: trace.userId,
  route: trace.route,
});

/** Gives texts numbers, from 1 on. */
function createDictionary() {
  const numbers = new Map<string, number>();
  const texts: string[] = [''];
  return {
    numberOf(text: string | undefined): number {
      if (text === undefined) return 0;
      let number = numbers.get(text);
      if (number === undefined) {
        number = texts.push(text) - 1;
        numbers.set(text, number);
      }
      return number;
    },
    text: (number: number): string | undefined => (number === 0 ? undefined : texts[number]),
  };
}

/** Creates an empty table. @param maxRows - rows at most */
export function createTraceTable(maxRows: number): TraceTable {
  const numbers = new Map(NUMBERS.map((name) => [name, { values: new Float64Array(FIRST) }]));
  const texts = new Map(TEXTS.map((name) => [name, { values: new Uint32Array(FIRST) }]));
  const dictionary = createDictionary();
  const traceIds: string[] = [];
  const requestIds: (string | undefined)[] = [];
  const scores: (TraceSummary['scores'] | undefined)[] = [];
  /** Places of the newest traces, which may get more lines. */
  const places = new BoundedMap<string, number>(MAX_CHANGING);
  let added = 0;
  let room = FIRST;

  function grow(): void {
    room = Math.min(maxRows, room * 2);
    const enlarge = <Values extends Float64Array | Uint32Array>(column: Column<Values>, larger: Values): void => {
      larger.set(column.values);
      column.values = larger;
    };
    for (const column of numbers.values()) enlarge(column, new Float64Array(room));
    for (const column of texts.values()) enlarge(column, new Uint32Array(room));
  }

  const count = (): number => Math.min(added, maxRows);
  const number = (name: NumberColumn): Float64Array => numbers.get(name)?.values ?? new Float64Array();
  const numberAt = (name: NumberColumn, index: number): number | undefined => {
    const value = number(name)[index];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  };
  const textAt = (name: TextColumn, index: number): string | undefined =>
    dictionary.text(texts.get(name)?.values[index] ?? 0);

  return {
    set(trace) {
      const known = places.get(trace.traceId);
      const isKnown = known !== undefined && traceIds[known] === trace.traceId;
      const at = isKnown ? known : added % maxRows;
      if (!isKnown) {
        if (at >= room) grow();
        added++;
        places.set(trace.traceId, at);
      }
      for (const [name, value] of Object.entries(measures(trace))) number(name as NumberColumn)[at] = value;
      for (const [name, value] of Object.entries(textsOf(trace))) {
        const column = texts.get(name as TextColumn);
        if (column !== undefined) column.values[at] = dictionary.numberOf(value);
      }
      traceIds[at] = trace.traceId;
      requestIds[at] = trace.requestId;
      scores[at] = trace.scores.length === 0 ? undefined : trace.scores;
    },
    get count() {
      return count();
    },
    get isCut() {
      return added > maxRows;
    },
    numbers: (name) => number(name).subarray(0, count()),
    texts: (name) => (texts.get(name)?.values ?? new Uint32Array()).subarray(0, count()),
    text: dictionary.text,
    traceId: (index) => traceIds[index] ?? '',
    indexOf: (traceId) => traceIds.indexOf(traceId),
    row(index) {
      return {
        traceId: traceIds[index] ?? '',
        name: textAt('name', index) ?? '',
        spans: numberAt('spans', index) ?? 0,
        errors: numberAt('errors', index) ?? 0,
        tokens: numberAt('tokens', index) ?? 0,
        costUsd: numberAt('cost', index) ?? 0,
        models: JSON.parse(textAt('models', index) ?? '[]') as string[],
        ...present({
          unknownCosts: numberAt('unknownCosts', index) || undefined,
          status: textAt('status', index),
          hasRoot: textAt('hasRoot', index) === undefined ? undefined : (true as const),
          startMs: numberAt('start', index),
          durationMs: numberAt('duration', index),
          ttftMs: numberAt('ttft', index),
          service: textAt('service', index),
          requestId: requestIds[index],
          sessionId: textAt('session', index),
          userId: textAt('user', index),
          route: textAt('route', index),
          scores: scores[index],
        }),
      };
    },
  };
}
