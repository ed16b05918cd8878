import type { Counter, Gauge, Histogram, OpenMetricsContentType, Registry } from 'prom-client';
import type { SpanRecord } from '@spanline/record';
import type { Measurement } from '../metrics/measurement.ts';
import { RecordMeter } from '../metrics/record-meter.ts';
import { LabelValues } from './label-values.ts';

/** The part of prom-client that is used. It is passed in, so that only the entries of this room load prom-client. */
export interface PromClient {
  readonly Counter: typeof Counter;
  readonly Gauge: typeof Gauge;
  readonly Histogram: typeof Histogram;
  readonly Registry: typeof Registry;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300];
const DOCUMENTS = [0, 1, 2, 5, 10, 20, 30, 50, 100];
const SCORES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const STATUSES = ['ok', 'error'] as const;
const TOKENS = {
  input: 'gen_ai.usage.input_tokens',
  output: 'gen_ai.usage.output_tokens',
  cache_read: 'gen_ai.usage.cache_read.input_tokens',
  cache_write: 'gen_ai.usage.cache_write.input_tokens',
  reasoning: 'gen_ai.usage.reasoning.output_tokens',
} as const satisfies Record<string, keyof SpanRecord>;

function createMetrics(client: PromClient, registry: Registry<OpenMetricsContentType>, prefix: string) {
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> =>
    new client.Counter({ name: `${prefix}${name}_total`, help, labelNames, registers });
  const histogram = <T extends string>(
    name: string,
    help: string,
    labelNames: readonly T[],
    buckets: number[],
  ): Histogram<T> =>
    new client.Histogram({ name: `${prefix}${name}`, help, labelNames, buckets, enableExemplars: true, registers });
  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new client.Gauge({ name: `${prefix}${name}`, help, labelNames, registers });
  return {
    requests: counter('requests', 'Requests, by status.', ['route', 'status']),
    requestSeconds: histogram('request_duration_seconds', 'Duration of requests.', ['route'], SECONDS),
    stepSeconds: histogram(
      'step_duration_seconds',
      'Duration of the spans below a request.',
      ['step', 'type'],
      SECONDS,
    ),
    errors: counter('errors', 'Errors, in the step where they arose.', ['step', 'class']),
    tokens: counter('tokens', 'Tokens. Cached and reasoning ones are part of input and output.', ['model', 'kind']),
    cost: counter('cost_usd', 'Cost of model calls in US dollars.', ['model']),
    firstToken: histogram('time_to_first_token_seconds', 'Time to the first token of streams.', ['model'], SECONDS),
    rateLimit: gauge('rate_limit_remaining_ratio', 'Remaining share of the rate limit, as last reported.', ['model']),
    llmCalls: counter('llm_calls', 'Model calls, by status.', ['model', 'status']),
    toolCalls: counter('tool_calls', 'Tool calls, by status.', ['tool', 'status']),
    retrievals: counter('retrievals', 'Retrievals, by whether they found nothing.', ['step', 'empty']),
    documents: histogram('retrieved_documents', 'Documents per retrieval.', ['step'], DOCUMENTS),
    scores: histogram('evaluation_score', 'Scores of evaluations and feedback.', ['name'], SCORES),
    results: counter('evaluation_results', 'Results of evaluations, by whether they are a yes.', ['name', 'result']),
    feedback: counter('feedback', 'Feedback of users, by whether it is negative.', ['rating']),
    safety: counter('safety_triggers', 'Interventions of guardrails and content filters.', []),
    injections: counter('prompt_injections', 'Prompt injections that were found.', []),
    gauges: gauge('gauge', 'Gauges of the application, as of the last stats line.', ['name']),
  };
}

/** Prometheus metrics of records. */
export class SpanMetrics {
  readonly #metrics: ReturnType<typeof createMetrics>;
  readonly #values = new Map<string, LabelValues>();
  readonly #meter = new RecordMeter();

  /** @param registry - of OpenMetrics, because the histograms have exemplars */
  constructor(client: PromClient, registry: Registry<OpenMetricsContentType>, prefix: string) {
    this.#metrics = createMetrics(client, registry, prefix);
  }

  #label(name: string, value: string | undefined): string {
    let values = this.#values.get(name);
    if (values === undefined) this.#values.set(name, (values = new LabelValues()));
    return values.of(value);
  }

  /** How often a label's value was counted as `other`. */
  get others(): number {
    return [...this.#values.values()].reduce((sum, { others }) => sum + others, 0);
  }

  add(record: Readonly<SpanRecord>): void {
    const measurement = this.#meter.measure(record);
    if (measurement === undefined) return;
    const { safety, injections, gauges } = this.#metrics;
    if (measurement.isSpan) this.#addSpan(record, measurement);
    else if (measurement.evaluation !== undefined) this.#addEvaluation(record, measurement);
    if (measurement.adds('safetyTriggers')) safety.inc();
    if (measurement.adds('promptInjections')) injections.inc();
    for (const [name, value] of measurement.gauges ?? []) gauges.set({ name: this.#label('gauge', name) }, value);
  }

  #addSpan(record: Readonly<SpanRecord>, measurement: Measurement): void {
    const { isRequest, failed, durationMs } = measurement;
    const { requests, requestSeconds, stepSeconds, errors, documents, cost } = this.#metrics;
    const value = durationMs / 1000;
    const exemplarLabels = exemplarOf(record);
    const step = this.#label('step', record['span.name']);
    const { 'span.type': type = '', 'span.status': status = '' } = record;
    if (isRequest) {
      const route = this.#label('route', record['http.route'] ?? record['span.name']);
      countAmong(requests, { route, status }, 'status', STATUSES);
      requestSeconds.observe({ labels: { route }, value, exemplarLabels });
    } else stepSeconds.observe({ labels: { step, type }, value, exemplarLabels });
    if (failed && record['spanline.error.propagated'] !== true) {
      errors.inc({ step, class: record['spanline.error.class'] ?? 'other' });
    }
    const usd = record['spanline.cost.usd'];
    if (usd !== undefined && usd > 0) cost.inc({ model: this.#model(record) }, usd);
    if (type === 'llm') {
      countAmong(this.#metrics.llmCalls, { model: this.#model(record), status }, 'status', STATUSES);
    }
    if (type === 'llm' || type === 'embedding') this.#addModelCall(record, exemplarLabels);
    else if (type === 'tool') {
      const tool = this.#label('tool', record['gen_ai.tool.name'] ?? record['span.name']);
      countAmong(this.#metrics.toolCalls, { tool, status }, 'status', STATUSES);
    } else if (type === 'retriever') {
      const empty = String(measurement.adds('emptyRetrievals'));
      countAmong(this.#metrics.retrievals, { step, empty }, 'empty', ['false', 'true']);
      const value = record['spanline.retrieval.count'];
      if (value !== undefined) documents.observe({ labels: { step }, value, exemplarLabels });
    }
  }

  #model(record: Readonly<SpanRecord>): string {
    return this.#label('model', record['gen_ai.response.model'] ?? record['gen_ai.request.model']);
  }

  #addModelCall(record: Readonly<SpanRecord>, exemplarLabels: Record<string, string>): void {
    const { tokens, firstToken, rateLimit } = this.#metrics;
    const model = this.#model(record);
    for (const [kind, key] of Object.entries(TOKENS)) {
      const count = record[key];
      if (count !== undefined && count > 0) tokens.inc({ model, kind }, count);
    }
    const first = record['gen_ai.response.time_to_first_chunk'];
    if (first !== undefined && first >= 0) firstToken.observe({ labels: { model }, value: first, exemplarLabels });
    const remaining = record['spanline.ratelimit.remaining_ratio'];
    if (remaining !== undefined) rateLimit.set({ model }, remaining);
  }

  #addEvaluation(record: Readonly<SpanRecord>, measurement: Measurement): void {
    const { results, feedback } = this.#metrics;
    const name = this.#label('evaluation', record['gen_ai.evaluation.name']);
    const result = measurement.evaluation?.isPositive === true ? 'yes' : 'no';
    countAmong(results, { name, result }, 'result', ['yes', 'no']);
    if (measurement.adds('feedback')) {
      const rating = measurement.adds('thumbsDown') ? 'negative' : 'other';
      countAmong(feedback, { rating }, 'rating', ['negative', 'other']);
    }
    const value = record['gen_ai.evaluation.score.value'];
    if (value === undefined || !Number.isFinite(value)) return;
    this.#metrics.scores.observe({ labels: { name }, value, exemplarLabels: exemplarOf(record) });
  }
}

/** Counts one of several outcomes. All their series begin at once, so that the increase to the first one is seen. */
function countAmong<T extends string>(
  counter: Counter<T>,
  labels: Readonly<Record<T, string>>,
  name: NoInfer<T>,
  outcomes: readonly string[],
): void {
  counter.inc(labels, 1);
  for (const outcome of outcomes) if (outcome !== labels[name]) counter.inc({ ...labels, [name]: outcome }, 0);
}

function exemplarOf({ trace_id: traceId, span_id: spanId }: Readonly<SpanRecord>): Record<string, string> {
  if (traceId === undefined) return {};
  return spanId === undefined ? { trace_id: traceId } : { trace_id: traceId, span_id: spanId };
}
