/** The roll-up of a local root: what its line says about all spans below it. */
import type { SpanRecord } from '@spanline/record';
import { type Rollup, recordedType, type SpanState } from '../trace/index.ts';
import { isPropagated } from './error-fields.ts';

function addTokens(rollup: Rollup, { attributes, name }: SpanState): void {
  const { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output } = attributes;
  if (input === undefined && output === undefined) return;
  rollup.inputTokens = (rollup.inputTokens ?? 0) + (input ?? 0);
  rollup.outputTokens = (rollup.outputTokens ?? 0) + (output ?? 0);
  const tokens = (input ?? 0) + (output ?? 0);
  if (rollup.largest === undefined || tokens > rollup.largest.tokens) rollup.largest = { name, tokens };
}

/** Adds an ended span to the roll-up of its local root. */
export function addToRollup(state: SpanState, costUsd: number | undefined): void {
  const { rollup } = state.localRoot;
  if (state.status === 'error' && !isPropagated(state)) rollup.errors++;
  if (recordedType(state) === 'llm') {
    rollup.llmCalls++;
    rollup.llmMs += state.durationMs;
  }
  // The local root is the sum of the steps, not one of them.
  const { name, selfMs } = state;
  if (state.parent !== undefined && selfMs > (rollup.slowest?.selfMs ?? -1)) rollup.slowest = { name, selfMs };
  addTokens(rollup, state);
  if (costUsd !== undefined) rollup.costUsd = (rollup.costUsd ?? 0) + costUsd;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Writes `spanline.rollup.*`. */
export function writeRollup(record: SpanRecord, rollup: Rollup): void {
  record['spanline.rollup.spans'] = rollup.spans;
  record['spanline.rollup.open'] = rollup.open;
  record['spanline.rollup.errors'] = rollup.errors;
  record['spanline.rollup.llm_calls'] = rollup.llmCalls;
  if (rollup.llmCalls > 0) record['spanline.rollup.llm_ms'] = round(rollup.llmMs, 3);
  if (rollup.inputTokens !== undefined) {
    record['spanline.rollup.input_tokens'] = rollup.inputTokens;
    record['spanline.rollup.output_tokens'] = rollup.outputTokens;
  }
  if (rollup.costUsd !== undefined) record['spanline.rollup.cost_usd'] = round(rollup.costUsd, 10);
  if (rollup.slowest !== undefined) {
    record['spanline.rollup.slowest.name'] = rollup.slowest.name;
    record['spanline.rollup.slowest.self_ms'] = round(rollup.slowest.selfMs, 3);
  }
  if (rollup.largest !== undefined) {
    record['spanline.rollup.tokens_top.name'] = rollup.largest.name;
    record['spanline.rollup.tokens_top.tokens'] = rollup.largest.tokens;
  }
}
