/** The roll-up of a local root: what its line says about all spans below it. */
import { type SpanRecord, UNBILLED_REASONS } from '@spanline/record';
import { type Rollup, recordedType, type SpanState } from '../trace/index.ts';
import { roundFixed } from '../usage/index.ts';
import { isPropagated } from './error-fields.ts';
import { round3 } from './round3.ts';

function addTokens(rollup: Rollup, { attributes, name }: SpanState): void {
  const { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output } = attributes;
  if (input === undefined && output === undefined) return;
  rollup.inputTokens = (rollup.inputTokens ?? 0) + (input ?? 0);
  rollup.outputTokens = (rollup.outputTokens ?? 0) + (output ?? 0);
  const tokens = (input ?? 0) + (output ?? 0);
  if (rollup.largest === undefined || tokens > rollup.largest.tokens) rollup.largest = { name, tokens };
  rollup.cacheReadTokens += attributes['gen_ai.usage.cache_read.input_tokens'] ?? 0;
  rollup.cacheWriteTokens += attributes['gen_ai.usage.cache_write.input_tokens'] ?? 0;
  rollup.reasoningTokens += attributes['gen_ai.usage.reasoning.output_tokens'] ?? 0;
  rollup.webSearches += attributes['spanline.usage.web_searches'] ?? 0;
}

/** Reasons for which the bill can only be higher than the cost. */
const LOWER_BOUNDS: ReadonlySet<string> = new Set([
  'no_usage',
  'no_model',
  'unknown_model',
  'unknown_usage',
  'unpriced_unit',
  'incomplete_usage',
]);

function addCost(state: SpanState, record: SpanRecord): void {
  const { rollup } = state.localRoot;
  const { 'spanline.cost.usd': usd, 'spanline.cost.reason': reason } = record;
  if (usd !== undefined) rollup.costUsd = (rollup.costUsd ?? 0) + usd;
  if (reason === undefined || UNBILLED_REASONS.includes(reason)) return;
  if (!LOWER_BOUNDS.has(reason)) rollup.costReason = 'approximate';
  else rollup.costReason ??= 'lower_bound';
}

/**
 * Adds an ended span to the roll-up of its local root.
 *
 * @param record - the span's line, with its cost
 */
export function addToRollup(state: SpanState, record: SpanRecord): void {
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
  addCost(state, record);
}

/** Sums of prices have digits at their end that no price has. */
const roundUsd = (usd: number): number => roundFixed(usd, 10);

function writeUnits(record: SpanRecord, rollup: Rollup): void {
  if (rollup.cacheReadTokens > 0) record['spanline.rollup.cache_read_tokens'] = rollup.cacheReadTokens;
  if (rollup.cacheWriteTokens > 0) record['spanline.rollup.cache_write_tokens'] = rollup.cacheWriteTokens;
  if (rollup.reasoningTokens > 0) record['spanline.rollup.reasoning_tokens'] = rollup.reasoningTokens;
  if (rollup.webSearches > 0) record['spanline.rollup.web_searches'] = rollup.webSearches;
}

/** Writes `spanline.rollup.*`. */
export function writeRollup(record: SpanRecord, rollup: Rollup): void {
  record['spanline.rollup.spans'] = rollup.spans;
  record['spanline.rollup.open'] = rollup.open;
  record['spanline.rollup.errors'] = rollup.errors;
  record['spanline.rollup.llm_calls'] = rollup.llmCalls;
  if (rollup.llmCalls > 0) record['spanline.rollup.llm_ms'] = round3(rollup.llmMs);
  if (rollup.inputTokens !== undefined) {
    record['spanline.rollup.input_tokens'] = rollup.inputTokens;
    record['spanline.rollup.output_tokens'] = rollup.outputTokens;
  }
  writeUnits(record, rollup);
  if (rollup.costUsd !== undefined) {
    record['spanline.rollup.cost_usd'] = roundUsd(rollup.costUsd);
    if (rollup.costReason !== undefined) {
      record['spanline.rollup.cost_exact'] = false;
      record['spanline.rollup.cost_reason'] = rollup.costReason;
    }
  }
  if (rollup.slowest !== undefined) {
    record['spanline.rollup.slowest.name'] = rollup.slowest.name;
    record['spanline.rollup.slowest.self_ms'] = round3(rollup.slowest.selfMs);
  }
  if (rollup.largest !== undefined) {
    record['spanline.rollup.tokens_top.name'] = rollup.largest.name;
    record['spanline.rollup.tokens_top.tokens'] = rollup.largest.tokens;
  }
}
