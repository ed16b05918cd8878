import { feedbackOf, hasFilterReason } from '@spanline/record';
import { TRILLION } from './counters.ts';
import { type Measurement, MeasurementBuffer } from './measurement.ts';
import type { ReadRecord } from './read-record.ts';

const PASSED: ReadonlySet<string> = new Set(['allow', 'allowed', 'pass', 'passed', 'none', 'ok']);
const YES: ReadonlySet<string> = new Set(['true', 'yes', 'hallucinated', 'hallucination', 'detected']);
/** Reasons for which a call that used tokens has no known cost. */
const UNPRICED: ReadonlySet<string> = new Set(['unknown_model', 'no_model']);
const LARGEST_SCORE = 1e9;
const MILLION = 1e6;
const GAUGE = 'spanline.gauge.';

/** Reads from records what they add to the metrics. */
export class RecordMeter {
  readonly #buffer = new MeasurementBuffer();

  /** @returns a measurement that is valid until the next call; `undefined` for a record without metrics */
  measure(record: ReadRecord): Measurement | undefined {
    const epochMs = Date.parse(record['@timestamp'] ?? '');
    if (Number.isNaN(epochMs)) return undefined;
    const buffer = this.#buffer;
    buffer.reset(epochMs);
    switch (record['event.name']) {
      case 'span.end':
        addSpan(buffer, record);
        return buffer;
      case 'gen_ai.evaluation.result':
        return addEvaluation(buffer, record) ? buffer : undefined;
      case 'spanline.stats':
        return addGauges(buffer, record) ? buffer : undefined;
      default:
        return undefined;
    }
  }
}

function addSpan(buffer: MeasurementBuffer, record: ReadRecord): void {
  buffer.isSpan = true;
  buffer.isRequest = record.parent_span_id === undefined || record['spanline.rollup.spans'] !== undefined;
  buffer.failed = record['span.status'] === 'error';
  buffer.durationMs = Math.max(0, record.duration_ms ?? 0);
  buffer.add('seen', 1);
  buffer.add('spans', 1);
  if (record['spanline.error.propagated'] !== true) addErrorClass(buffer, record);
  switch (record['span.type']) {
    case 'llm':
      buffer.add('llmCalls', 1);
      if (buffer.failed) buffer.add('llmErrors', 1);
      addModelCall(buffer, record);
      break;
    case 'embedding':
      addModelCall(buffer, record);
      break;
    case 'tool':
      buffer.add('toolCalls', 1);
      if (buffer.failed) buffer.add('toolErrors', 1);
      break;
    case 'retriever':
      addRetrieval(buffer, record);
      break;
    default:
      break;
  }
  addCost(buffer, record['spanline.cost.usd']);
  if (UNPRICED.has(record['spanline.cost.reason'] ?? '')) buffer.add('unpricedCalls', 1);
  if (record['spanline.cost.exact'] === false) buffer.add('inexactCosts', 1);
  const action = record['spanline.guardrail.action'];
  if (action === undefined || PASSED.has(action.toLowerCase())) return;
  buffer.addSafetyEvent('safetyTriggers');
  const isInjection = record['spanline.guardrail.name']?.toLowerCase().includes('injection') === true;
  if (isInjection) buffer.addSafetyEvent('promptInjections');
}

/** Counts an error in the span where it arose. */
function addErrorClass(buffer: MeasurementBuffer, record: ReadRecord): void {
  const errorClass = record['spanline.error.class'];
  if (errorClass === 'timeout') buffer.add('timeouts', 1);
  else if (errorClass === 'rate_limit') buffer.add('rateLimited', 1);
  else if (errorClass === 'content_filter') buffer.addSafetyEvent('safetyTriggers');
}

function addModelCall(buffer: MeasurementBuffer, record: ReadRecord): void {
  buffer.add('inputTokens', record['gen_ai.usage.input_tokens']);
  buffer.add('outputTokens', record['gen_ai.usage.output_tokens']);
  buffer.add('cacheReadTokens', record['gen_ai.usage.cache_read.input_tokens']);
  buffer.add('cacheWriteTokens', record['gen_ai.usage.cache_write.input_tokens']);
  buffer.add('reasoningTokens', record['gen_ai.usage.reasoning.output_tokens']);
  buffer.add('webSearches', record['spanline.usage.web_searches']);
  const firstChunk = record['gen_ai.response.time_to_first_chunk'];
  if (firstChunk !== undefined && firstChunk >= 0) buffer.firstChunkMs = firstChunk * 1000;
  const speed = record['spanline.stream.tokens_per_second'];
  if (speed !== undefined && Number.isFinite(speed)) {
    buffer.add('speeds', 1);
    buffer.add('tokensPerSecondThousandths', Math.round(speed * 1000));
  }
  const remaining = record['spanline.ratelimit.remaining_ratio'];
  if (remaining !== undefined && Number.isFinite(remaining)) {
    buffer.add('rateLimitReadings', 1);
    buffer.rateLimitRemaining = remaining;
  }
  if (hasFilterReason(record['gen_ai.response.finish_reasons'])) buffer.addSafetyEvent('safetyTriggers');
}

function addRetrieval(buffer: MeasurementBuffer, record: ReadRecord): void {
  buffer.add('retrievals', 1);
  buffer.add('documents', record['spanline.retrieval.count']);
  if (record['spanline.retrieval.empty'] === true || record['spanline.retrieval.count'] === 0) {
    buffer.add('emptyRetrievals', 1);
  }
  const score = record['spanline.retrieval.score_max'];
  if (score !== undefined && Math.abs(score) <= LARGEST_SCORE) {
    buffer.add('scoredRetrievals', 1);
    buffer.add('retrievalScoreMillionths', Math.round(score * MILLION));
  }
}

function addCost(buffer: MeasurementBuffer, usd: number | undefined): void {
  if (usd === undefined || !Number.isFinite(usd) || usd < 0) return;
  const whole = Math.trunc(usd);
  buffer.add('costs', 1);
  buffer.add('usd', whole);
  buffer.add('usdTrillionths', Math.round((usd - whole) * TRILLION));
}

function addEvaluation(buffer: MeasurementBuffer, record: ReadRecord): boolean {
  const name = record['gen_ai.evaluation.name'];
  if (name === undefined || name === '') return false;
  const given = record['gen_ai.evaluation.score.value'];
  const value = given !== undefined && Math.abs(given) <= LARGEST_SCORE ? given : undefined;
  const label = record['spanline.evaluation.label']?.toLowerCase();
  if (value === undefined && label === undefined) return false;
  const isPositive = value === undefined ? label === name || YES.has(label ?? '') : value >= 0.5;
  buffer.add('seen', 1);
  buffer.evaluation = { name, value, isPositive };
  const feedback = feedbackOf(record);
  if (feedback !== undefined) buffer.add('feedback', 1);
  if (feedback === 'down') buffer.add('thumbsDown', 1);
  if (name === 'prompt_injection' && isPositive) buffer.addSafetyEvent('promptInjections');
  return true;
}

function addGauges(buffer: MeasurementBuffer, record: ReadRecord): boolean {
  for (const key in record) {
    if (!key.startsWith(GAUGE)) continue;
    const value = record[key as `spanline.gauge.${string}`];
    if (value !== undefined && Number.isFinite(value)) (buffer.gauges ??= []).push([key.slice(GAUGE.length), value]);
  }
  return buffer.gauges !== undefined;
}
