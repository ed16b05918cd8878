/** A span as far as the search for causes needs it: without its content. */

import type { SpanRecord } from '@spanline/record';
import { endMs, startMs } from '../../records/index.ts';
import { type Fact, factsOf } from './facts.ts';

/** A span without its content. */
export interface LeanSpan {
  readonly id: string;
  readonly parent: string | undefined;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  /** Name of the step, without the name of a model. */
  readonly step: string;
  readonly isRequest: boolean;
  /** The question may be about it. */
  readonly isTarget: boolean;
  readonly facts: readonly Fact[];
  readonly firstTokenMs: number | undefined;
  readonly costUsd: number | undefined;
  readonly tokens: number | undefined;
  readonly isFailed: boolean;
  /** Type of an error that arose here. */
  readonly errorType: string | undefined;
  readonly errorClass: string | undefined;
}

const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Name of a step. `chat gpt-4o` and `chat gpt-4o-mini` are one step with two models. */
export function stepOf(record: SpanRecord): string {
  const name = record['span.name'] ?? '';
  const model = record['gen_ai.request.model'];
  const isNamed = typeof model === 'string' && model !== '' && name.endsWith(` ${model}`);
  return isNamed ? name.slice(0, -model.length - 1) : name;
}

/** A local root: a request, or a span without a parent in its process. */
export function isRequest(record: SpanRecord): boolean {
  return record.parent_span_id === undefined || record['spanline.rollup.spans'] !== undefined;
}

/** Input and output tokens of a model call. */
export function tokensOf(record: SpanRecord): number | undefined {
  const input = finite(record['gen_ai.usage.input_tokens']);
  const output = finite(record['gen_ai.usage.output_tokens']);
  return input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0);
}

/** The span of a record. `undefined` if the record has no id or no time. */
export function toLeanSpan(record: SpanRecord, isTarget: boolean): LeanSpan | undefined {
  const { span_id: id, parent_span_id: parent } = record;
  const start = startMs(record);
  const end = endMs(record);
  if (typeof id !== 'string' || start === undefined || end === undefined) return undefined;
  const firstToken = finite(record['gen_ai.response.time_to_first_chunk']);
  const isFailed = record['span.status'] === 'error';
  const arose = isFailed && record['spanline.error.propagated'] !== true;
  return {
    id,
    parent,
    start,
    end,
    step: stepOf(record),
    isRequest: isRequest(record),
    isTarget,
    facts: factsOf(record),
    firstTokenMs: firstToken === undefined ? undefined : firstToken * 1000,
    costUsd: finite(record['spanline.cost.usd']),
    tokens: tokensOf(record),
    isFailed,
    errorType: arose ? (record['error.type'] ?? 'an error') : undefined,
    errorClass: arose ? record['spanline.error.class'] : undefined,
  };
}
