/** Model calls by the version of their prompt: observations of each figure. */

import type { SpanRecord } from '@spanline/record';
import { isSpanEnd, lineMs } from '../../records/index.ts';
import { createObservations, type Figure, type Observations } from '../compare/index.ts';
import { tokensOf } from '../explain/index.ts';

/** The calls with one version of a prompt. */
export interface VersionCalls {
  readonly name: string;
  readonly version: string | undefined;
  /** Hashes of the templates that were seen. More than one: the text changed, and the version did not. */
  readonly hashes: Set<string>;
  calls: number;
  /** Calls whose cost is not known. */
  unknownCosts: number;
  costUsd: number;
  /** Time of the first line, in milliseconds since 1970. */
  firstMs: number;
  lastMs: number;
  readonly observations: Map<Figure, Observations>;
}

/** Collects calls. */
export interface CallCollector {
  add(kind: string, record: SpanRecord): void;
  /** The versions, and how many scores and ids were left out beyond the limits. */
  end(): { readonly versions: readonly VersionCalls[]; readonly leftOut: number };
}

const MAX_VERSIONS = 2000;
const MAX_SPANS = 1_000_000;
const MAX_SCORE_NAMES = 50;

const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Name of a prompt that is known by its template alone: the first digits of the hash. */
const NAME_DIGITS = 12;

function nameOf(record: SpanRecord): string | undefined {
  return record['gen_ai.prompt.name'] ?? record['spanline.prompt.template_sha256']?.slice(0, NAME_DIGITS);
}

/** Creates an empty collector. */
export function createCallCollector(): CallCollector {
  const versions = new Map<string, VersionCalls>();
  /** Numbers of traces, and the version of the last call of each. */
  const traces = new Map<string, { readonly number: number; last: VersionCalls | undefined }>();
  const spans = new Map<string, VersionCalls>();
  /** Calls around another call: a framework's, around the one of the client. */
  const outer = new Set<string>();
  const scores: SpanRecord[] = [];
  let leftOut = 0;

  function traceOf(id: string): { readonly number: number; last: VersionCalls | undefined } {
    const known = traces.get(id);
    if (known !== undefined) return known;
    const made = { number: traces.size, last: undefined };
    traces.set(id, made);
    return made;
  }

  function versionOf(record: SpanRecord): VersionCalls | undefined {
    const name = nameOf(record);
    if (name === undefined) return undefined;
    const version = record['gen_ai.prompt.version'];
    const key = JSON.stringify([name, version]);
    let found = versions.get(key);
    if (found === undefined && versions.size < MAX_VERSIONS) {
      const ms = lineMs(record) ?? 0;
      const counts = { calls: 0, unknownCosts: 0, costUsd: 0, firstMs: ms, lastMs: ms };
      found = { name, version, hashes: new Set(), ...counts, observations: new Map() };
      versions.set(key, found);
    }
    if (found === undefined) leftOut++;
    return found;
  }

  function observe(own: VersionCalls, figure: Figure, value: number | undefined, trace: number): void {
    if (value === undefined) return;
    let list = own.observations.get(figure);
    if (list === undefined) {
      if (own.observations.size > MAX_SCORE_NAMES) return void leftOut++;
      own.observations.set(figure, (list = createObservations()));
    }
    list.add(value, trace);
  }

  function addCall(record: SpanRecord, traceId: string): void {
    const { span_id: spanId, parent_span_id: parentId } = record;
    if (parentId !== undefined && outer.size < MAX_SPANS) outer.add(parentId);
    if (spanId !== undefined && outer.delete(spanId)) return;
    const own = versionOf(record);
    if (own === undefined) return;
    const trace = traceOf(traceId);
    trace.last = own;
    if (spanId !== undefined && spans.size < MAX_SPANS) spans.set(spanId, own);
    const hash = record['spanline.prompt.template_sha256'];
    if (hash !== undefined && own.hashes.size < MAX_SCORE_NAMES) own.hashes.add(hash);
    const ms = lineMs(record);
    own.calls++;
    if (ms !== undefined) [own.firstMs, own.lastMs] = [Math.min(own.firstMs, ms), Math.max(own.lastMs, ms)];
    const cost = finite(record['spanline.cost.usd']);
    if (cost === undefined) own.unknownCosts++;
    else own.costUsd += cost;
    observe(own, 'durationMs', finite(record.duration_ms), trace.number);
    observe(own, 'error', Number(record['span.status'] === 'error'), trace.number);
    observe(own, 'costUsd', cost, trace.number);
    observe(own, 'tokens', tokensOf(record), trace.number);
  }

  return {
    add(kind, record) {
      const { trace_id: traceId } = record;
      if (typeof traceId !== 'string') return;
      if (kind === 'score') {
        if (scores.length < MAX_SPANS) scores.push(record);
        else leftOut++;
      } else if (isSpanEnd(kind, record) && record['span.type'] === 'llm') addCall(record, traceId);
    },
    end() {
      for (const record of scores) {
        const value = finite(record['gen_ai.evaluation.score.value']);
        const name = record['gen_ai.evaluation.name'];
        const trace = traces.get(record.trace_id ?? '');
        const own = spans.get(record.span_id ?? '') ?? trace?.last;
        if (own !== undefined && name !== undefined) observe(own, `score ${name}`, value, trace?.number ?? 0);
      }
      return { versions: [...versions.values()], leftOut };
    },
  };
}
