/** The question that an alert line asks. */

import { type AttributeKey, SpanlineError, type SpanRecord } from '@spanline/record';
import type { ExplainQuestion } from './question.ts';

/** Metrics of `@spanline/monitor`, and the measure of a trace that makes each of them bad. */
const MEASURES: readonly (readonly [metric: RegExp, question: ExplainQuestion])[] = [
  [/^latency_p\d\d_ms$/, { measure: 'duration' }],
  [/^time_to_first_token_p\d\d_ms$/, { measure: 'first_token', type: 'llm' }],
  [/^(?:errors|error_rate|availability)$/, { measure: 'failure' }],
  [/^llm_error(?:s|_rate)$/, { measure: 'failure', type: 'llm' }],
  [/^tool_error(?:s|_rate)$/, { measure: 'failure', type: 'tool' }],
  [/^timeout(?:s|_rate)$/, { measure: 'failure', errorClass: 'timeout' }],
  [/^rate_limited$/, { measure: 'failure', errorClass: 'rate_limit' }],
  [/^(?:cost_usd|cost_per_request_usd|daily_spend_usd)$/, { measure: 'cost' }],
  [/^(?:(?:total|daily|input|output)_tokens|tokens_per_request)$/, { measure: 'tokens' }],
];
/** Metrics whose value is one of single traces, so that the threshold divides them. */
const HAS_LIMIT = /^(?:latency|time_to_first_token)_/;
const EVALUATION = /^(?<score>.+)_(?:score|rate)$/;

function measureOf(metric: string, isLow: boolean): ExplainQuestion | undefined {
  const found = MEASURES.find(([pattern]) => pattern.test(metric))?.[1];
  const score = EVALUATION.exec(metric)?.groups?.['score'];
  if (found !== undefined || score === undefined) return found;
  return /^(?:cache_hit|empty_retrieval|thumbs_down|retrieval)$/.test(score)
    ? undefined
    : { measure: 'score', score, isLow };
}

/** When the incident of an alert was: from the start of its window to its recovery. */
function timeOf(alert: SpanRecord, recovered: SpanRecord | undefined): ExplainQuestion['during'] {
  const at = Date.parse(alert['@timestamp'] ?? '');
  if (Number.isNaN(at)) return undefined;
  const end = Date.parse(recovered?.['@timestamp'] ?? '');
  return { from: at - (alert['spanline.alert.window_s'] ?? 0) * 1000, to: Number.isNaN(end) ? Infinity : end };
}

/**
 * The question that an alert line asks: for a rule on the latency of a step, why the step is slow.
 *
 * @param recovered - the line that ends the incident, if there is one
 * @throws SpanlineError `ERR_INVALID_OPTION` for a line that is no alert, and for a metric without a measure of traces
 */
export function questionOfAlert(alert: SpanRecord, recovered?: SpanRecord): ExplainQuestion {
  const metric = alert['spanline.alert.metric'];
  const option = 'alert';
  if (metric === undefined) {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected: 'an alert line' });
  }
  const isLow = alert['spanline.alert.comparison']?.startsWith('lt') === true;
  const question = measureOf(metric, isLow);
  if (question === undefined) {
    const expected = 'an alert on latency, errors, cost, tokens or a score';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got: metric });
  }
  const step = alert['spanline.alert.step'];
  const threshold = alert['spanline.alert.threshold'];
  return {
    ...question,
    ...(step === undefined ? {} : { step }),
    ...(HAS_LIMIT.test(metric) && threshold !== undefined && !isLow ? { limit: threshold } : {}),
    during: timeOf(alert, recovered),
  };
}

const ID_KEYS = [
  'spanline.alert.dedup_key',
  'event.id',
  'spanline.alert.name',
] as const satisfies readonly AttributeKey[];

/** True if an id names an alert: the key of its incident, the id of its line, or the name of its rule. */
function isNamed(record: SpanRecord, id: string): boolean {
  return ID_KEYS.some((key) => record[key] === id);
}

/** Finds an alert among the lines of a log. */
export interface AlertFinder {
  add(record: SpanRecord): void;
  /** The last alert that an id names, and the line that ended its incident. */
  end(): { readonly alert: SpanRecord; readonly recovered: SpanRecord | undefined } | undefined;
}

/** @param id - key of an incident, id of an alert line, or name of a rule */
export function createAlertFinder(id: string): AlertFinder {
  let alert: SpanRecord | undefined;
  let recovered: SpanRecord | undefined;
  return {
    add(record) {
      if (record['event.name'] !== 'alert') return;
      const isEnd = record['spanline.alert.event'] === 'recovered';
      const key = record['spanline.alert.dedup_key'];
      if (isEnd && key !== undefined && key === alert?.['spanline.alert.dedup_key']) recovered ??= record;
      if (isEnd || !isNamed(record, id)) return;
      // A repetition belongs to the incident that fired.
      if (record['spanline.alert.event'] === 'repeated' && alert !== undefined && recovered === undefined) return;
      alert = record;
      recovered = undefined;
    },
    end: () => (alert === undefined ? undefined : { alert, recovered }),
  };
}
