import { COUNTER, COUNTERS, type CounterName, TRILLION } from './counters.ts';
import type { ReadRecord } from './read-record.ts';

const PASSED: ReadonlySet<string> = new Set(['allow', 'allowed', 'pass', 'passed', 'none', 'ok']);
const YES: ReadonlySet<string> = new Set(['true', 'yes', 'hallucinated', 'hallucination', 'detected']);
const DOWN: ReadonlySet<string> = new Set(['down', 'thumbs_down', 'negative', 'bad', 'false', 'no']);
const FEEDBACK: ReadonlySet<string> = new Set(['feedback', 'user_feedback', 'thumbs', 'thumbs_up', 'thumbs_down']);
/** Reasons for which the cost of a call is unknown although it used tokens. */
const UNPRICED: ReadonlySet<string> = new Set(['unknown_model', 'no_model']);
const LARGEST_SCORE = 1e9;
const MILLION = 1e6;

/** One judgement. */
export interface ScoreDelta {
  readonly name: string;
  /** `undefined` where only a label was given. */
  readonly value: number | undefined;
  readonly isPositive: boolean;
}

/** What one record adds to every cell it belongs to. One object is used for all records: read it before the next `read`. */
export class Delta {
  readonly at: number[] = Array.from({ length: COUNTERS }, () => 0);
  readonly by: number[] = Array.from({ length: COUNTERS }, () => 0);
  size = 0;
  isSpan = false;
  isRequest = false;
  failed = false;
  durationMs = 0;
  firstChunkMs = -1;
  rateLimitLeft: number = Infinity;
  score: ScoreDelta | undefined;
  gauges: [name: string, value: number][] | undefined;
  epochMs = 0;

  add(name: CounterName, value: number | undefined): void {
    if (value === undefined || !Number.isFinite(value)) return;
    this.at[this.size] = COUNTER[name];
    this.by[this.size++] = value;
  }

  /** True when the record added to this counter. */
  adds(name: CounterName): boolean {
    const place = COUNTER[name];
    for (let index = 0; index < this.size; index++) if (this.at[index] === place) return true;
    return false;
  }

  /** @returns false for a record that no metric is made of */
  read(record: ReadRecord): boolean {
    const epochMs = Date.parse(record['@timestamp'] ?? '');
    if (Number.isNaN(epochMs)) return false;
    this.epochMs = epochMs;
    this.size = 0;
    this.isSpan = this.isRequest = this.failed = false;
    this.firstChunkMs = -1;
    this.rateLimitLeft = Infinity;
    this.score = undefined;
    this.gauges = undefined;
    switch (record['event.name']) {
      case 'span.end':
        readSpan(this, record);
        return true;
      case 'gen_ai.evaluation.result':
        return readScore(this, record);
      case 'spanline.stats':
        return readGauges(this, record);
      default:
        return false;
    }
  }
}

function readSpan(delta: Delta, record: ReadRecord): void {
  delta.isSpan = true;
  delta.isRequest = record.parent_span_id === undefined || record['spanline.rollup.spans'] !== undefined;
  delta.failed = record['span.status'] === 'error';
  delta.durationMs = Math.max(0, record.duration_ms ?? 0);
  delta.add('seen', 1);
  delta.add('spans', 1);
  const isOwnError = record['spanline.error.propagated'] !== true;
  if (isOwnError) {
    const kind = record['spanline.error.class'];
    if (kind === 'timeout') delta.add('timeouts', 1);
    else if (kind === 'rate_limit') delta.add('rateLimited', 1);
    else if (kind === 'content_filter') delta.add('safetyTriggers', 1);
  }
  switch (record['span.type']) {
    case 'llm':
      delta.add('llmCalls', 1);
      readModelCall(delta, record);
      break;
    case 'embedding':
      readModelCall(delta, record);
      break;
    case 'tool':
      delta.add('toolCalls', 1);
      if (delta.failed) delta.add('toolErrors', 1);
      break;
    case 'retriever':
      readRetrieval(delta, record);
      break;
    default:
      break;
  }
  readCost(delta, record['spanline.cost.usd']);
  if (UNPRICED.has(record['spanline.cost.reason'] ?? '')) delta.add('unpricedCalls', 1);
  const action = record['spanline.guardrail.action'];
  if (action !== undefined && !PASSED.has(action.toLowerCase())) {
    delta.add('safetyTriggers', 1);
    if (record['spanline.guardrail.name']?.toLowerCase().includes('injection') === true) {
      delta.add('promptInjections', 1);
    }
  }
}

function readModelCall(delta: Delta, record: ReadRecord): void {
  delta.add('inputTokens', record['gen_ai.usage.input_tokens']);
  delta.add('outputTokens', record['gen_ai.usage.output_tokens']);
  delta.add('cacheReadTokens', record['gen_ai.usage.cache_read.input_tokens']);
  delta.add('cacheWriteTokens', record['gen_ai.usage.cache_write.input_tokens']);
  delta.add('reasoningTokens', record['gen_ai.usage.reasoning.output_tokens']);
  const firstChunk = record['gen_ai.response.time_to_first_chunk'];
  if (firstChunk !== undefined && firstChunk >= 0) delta.firstChunkMs = firstChunk * 1000;
  const speed = record['spanline.stream.tokens_per_second'];
  if (speed !== undefined && Number.isFinite(speed)) {
    delta.add('speeds', 1);
    delta.add('tokensPerSecondThousandths', Math.round(speed * 1000));
  }
  const left = record['spanline.ratelimit.remaining_ratio'];
  if (left !== undefined && Number.isFinite(left)) {
    delta.add('rateLimitReadings', 1);
    delta.rateLimitLeft = left;
  }
  if (record['gen_ai.response.finish_reasons']?.includes('content_filter') === true) delta.add('safetyTriggers', 1);
}

function readRetrieval(delta: Delta, record: ReadRecord): void {
  delta.add('retrievals', 1);
  delta.add('documents', record['spanline.retrieval.count']);
  if (record['spanline.retrieval.empty'] === true || record['spanline.retrieval.count'] === 0) {
    delta.add('emptyRetrievals', 1);
  }
  const score = record['spanline.retrieval.score_max'];
  if (score !== undefined && Math.abs(score) <= LARGEST_SCORE) {
    delta.add('scoredRetrievals', 1);
    delta.add('retrievalScoreMillionths', Math.round(score * MILLION));
  }
}

function readCost(delta: Delta, usd: number | undefined): void {
  if (usd === undefined || !Number.isFinite(usd) || usd < 0) return;
  const whole = Math.trunc(usd);
  delta.add('costs', 1);
  delta.add('usd', whole);
  delta.add('usdTrillionths', Math.round((usd - whole) * TRILLION));
}

function readScore(delta: Delta, record: ReadRecord): boolean {
  const name = record['gen_ai.evaluation.name'];
  if (name === undefined || name === '') return false;
  const given = record['gen_ai.evaluation.score.value'];
  const value = given !== undefined && Math.abs(given) <= LARGEST_SCORE ? given : undefined;
  const label = record['spanline.evaluation.label']?.toLowerCase();
  if (value === undefined && label === undefined) return false;
  const isPositive = value === undefined ? label === name || YES.has(label ?? '') : value >= 0.5;
  delta.add('seen', 1);
  delta.score = { name, value, isPositive };
  if (FEEDBACK.has(name)) {
    const isDown = name === 'thumbs_down' ? isPositive : value === undefined ? DOWN.has(label ?? '') : value <= 0;
    delta.add('feedback', 1);
    if (isDown) delta.add('thumbsDown', 1);
  }
  if (name === 'prompt_injection' && isPositive) delta.add('promptInjections', 1);
  return true;
}

const GAUGE = 'spanline.gauge.';

function readGauges(delta: Delta, record: ReadRecord): boolean {
  for (const key in record) {
    if (!key.startsWith(GAUGE)) continue;
    const value = record[key as `spanline.gauge.${string}`];
    if (value !== undefined && Number.isFinite(value)) (delta.gauges ??= []).push([key.slice(GAUGE.length), value]);
  }
  return delta.gauges !== undefined;
}
