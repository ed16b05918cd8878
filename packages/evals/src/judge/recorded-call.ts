/** The span of a judge's call. Its tokens and cost are never those of the request that is judged. */
import { currentSpan, type EndedSpan, type Span, type Tracer } from '@spanline/core';
import { hasUsageBelow, normalizeUsage, parentOf, usageAttributes } from '@spanline/core/internal';
import { type SpanAttributes, UNBILLED_REASONS } from '@spanline/record';
import type { Outside } from '../evaluating.ts';
import type { Connection, JudgeAnswer } from './clients/complete.ts';

/** A model's answer, and what it cost. */
export interface RecordedAnswer {
  readonly answer: JudgeAnswer;
  /** US dollars; `undefined` if that is not known. */
  readonly usd: number | undefined;
}

/** The server, the model and the version of the prompt of a call. */
export function callFacts(
  { provider, url, model: own }: Connection,
  model: string | undefined,
  version: string,
): SpanAttributes {
  const { hostname, port } = url !== undefined && URL.canParse(url) ? new URL(url) : { hostname: '', port: '' };
  return {
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model ?? own,
    'gen_ai.prompt.version': version,
    'server.address': hostname === '' ? undefined : hostname,
    'server.port': port === '' ? undefined : Number(port),
  };
}

/** Sums up the cost of a span and of those below it. */
class SpanCost {
  #usd = 0;
  #isKnown = false;
  #isPart = false;
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
  }

  add({ span, costUsd, costReason }: EndedSpan): void {
    let above: Span | undefined = span;
    while (above !== undefined && above !== this.#span) above = parentOf(above);
    if (above === undefined) return;
    if (costUsd !== undefined) {
      this.#usd += costUsd;
      this.#isKnown = true;
    } else if (costReason !== undefined) {
      if (UNBILLED_REASONS.includes(costReason)) this.#isKnown = true;
      else this.#isPart = true;
    }
  }

  get usd(): number | undefined {
    return this.#isKnown && !this.#isPart ? this.#usd : undefined;
  }
}

/** Options of {@link recordCall}. */
export interface RecordedCall {
  readonly outside: Outside;
  readonly tracer: Tracer;
  readonly name: string;
  readonly facts: SpanAttributes;
  /** Asks the model. */
  readonly ask: () => Promise<JudgeAnswer>;
}

async function recordInside({ tracer, name, facts, ask }: RecordedCall): Promise<RecordedAnswer> {
  const span = tracer.startSpan({ name, type: 'evaluator', attributes: facts });
  const cost = new SpanCost(span);
  const stop = tracer.onSpanEnd((ended) => cost.add(ended));
  try {
    const answer = await tracer.run(span, ask);
    const model = answer.model ?? facts['gen_ai.request.model'];
    span.set({ 'gen_ai.response.model': answer.model });
    if (!hasUsageBelow(span)) {
      const usage = normalizeUsage(answer.usage, { provider: facts['gen_ai.provider.name'], model });
      if (usage !== undefined) span.set(usageAttributes(usage));
    }
    span.end();
    return { answer, usd: cost.usd };
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
    stop();
  }
}

/**
 * Asks a model in an `evaluator` span: below that of the evaluator that asks, else in a trace of its own. The usage is
 * on the span of the client, if that is traced, else on this one.
 */
export function recordCall(call: RecordedCall): Promise<RecordedAnswer> {
  const current = currentSpan();
  const record = (): Promise<RecordedAnswer> => recordInside(call);
  return call.outside(() => (current?.type === 'evaluator' ? call.tracer.run(current, record) : record()));
}
