import { bag, type SpanAttributes, type SpanType } from '@spanline/record';
import type { CaptureSetting, Content, Labels, Span, Tracer } from './api/index.ts';
import { defaultTracer } from './default-tracer.ts';
import { createGuard, runInSpan } from './trace/index.ts';
import { normalizeUsage, usageAttributes } from './usage/index.ts';

/** What every step may say of itself. */
export interface StepOptions {
  /** @defaultValue as OpenTelemetry names such a step, such as `retrieval docs_v2` */
  name?: string;
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  attributes?: SpanAttributes;
  labels?: Labels;
  capture?: CaptureSetting;
}

/** Options of {@link retrieverSpan}. */
export interface RetrieverSpanOptions<R = unknown> extends StepOptions {
  query: string;
  /** The collection or index that is searched. */
  dataSource?: string;
  topK?: number;
  /** The documents in the result, each with `id`, `score`, `content` as far as it has them. @defaultValue the result */
  documents?: (result: R) => unknown;
}

/** Options of {@link rerankSpan}. */
export interface RerankSpanOptions<R = unknown> extends StepOptions {
  query: string;
  /** What is ranked; only their number is written. */
  documents: readonly unknown[];
  model?: string;
  topK?: number;
  /** The ranked documents in the result. @defaultValue the result */
  ranked?: (result: R) => unknown;
}

/** Options of {@link toolSpan}. */
export interface ToolSpanOptions<R = unknown> extends StepOptions {
  /** Name of the tool. */
  tool: string;
  description?: string;
  /** Id of the model's call. */
  callId?: string;
  arguments?: Content;
  /** The statement that a database tool runs; the number of rows is read from its result. */
  statement?: string;
  /** The query that a search tool asks; the number of results is read from its result. */
  query?: string;
  /** Rows or results in the result. @defaultValue its length, or that of its `rows` or `results` */
  count?: (result: R) => number | undefined;
}

/** What a model answered. */
export interface LlmAnswer {
  output?: Content;
  /** Tokens, in the shape of any provider. */
  usage?: unknown;
  model?: string;
  id?: string;
  finishReasons?: readonly string[];
}

/** Options of {@link llmSpan}. */
export interface LlmSpanOptions<R = unknown> extends StepOptions {
  model: string;
  /** @defaultValue unknown */
  provider?: string;
  messages: Content;
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  /** Reads the result. @defaultValue all of it is the output, and its `usage` the tokens */
  answer?: (result: R) => LlmAnswer;
}

type Work<T> = (span: Span) => T;

interface Step {
  readonly name: string;
  readonly type: SpanType;
  readonly attributes: SpanAttributes;
  readonly input: Content;
  readonly output: (span: Span, result: unknown) => void;
}

function runStep<T>(options: StepOptions, step: Step, fn: Work<T>): T {
  const tracer = options.tracer ?? defaultTracer();
  if (!tracer.enabled) return fn(tracer.startSpan(step.name));
  const guard = createGuard(tracer);
  const { labels, capture } = options;
  const span = tracer.startSpan({
    name: options.name ?? step.name,
    type: step.type,
    ...(labels === undefined ? {} : { labels }),
    ...(capture === undefined ? {} : { capture }),
  });
  guard('step', () => {
    span.set(step.attributes);
    if (options.attributes !== undefined) span.set(options.attributes);
    if (step.input !== undefined) span.input(step.input);
  });
  return runInSpan(tracer, span, fn, {
    output(result) {
      guard('step result', () => step.output(span, result));
    },
  });
}

const named = (operation: string, of: string | undefined): string =>
  of === undefined ? operation : `${operation} ${of}`;

/**
 * Runs a search as a `retriever` span: the query, how many documents came, their lowest and highest score.
 *
 * @example
 * ```ts
 * import { retrieverSpan } from '@spanline/core';
 *
 * const search = async (query: string) => [{ id: 'd1', score: 0.91, content: `about ${query}` }];
 * const documents = await retrieverSpan({ query: 'why?', dataSource: 'docs_v2', topK: 5 }, () => search('why?'));
 * ```
 */
export function retrieverSpan<T>(options: RetrieverSpanOptions<Awaited<T>>, fn: Work<T>): T {
  const { query, dataSource, topK, documents } = options;
  const step: Step = {
    name: named('retrieval', dataSource),
    type: 'retriever',
    attributes: { 'gen_ai.data_source.id': dataSource, 'gen_ai.retrieval.top_k': topK },
    input: query,
    output: (span, result) => void span.output(documents?.(result as Awaited<T>) ?? result),
  };
  return runStep(options, step, fn);
}

/** Runs a reranking as a `reranker` span: how many documents went in, what came out, their scores. */
export function rerankSpan<T>(options: RerankSpanOptions<Awaited<T>>, fn: Work<T>): T {
  const { query, documents, model, topK, ranked } = options;
  const step: Step = {
    name: named('rerank', model),
    type: 'reranker',
    attributes: {
      'gen_ai.request.model': model,
      'gen_ai.retrieval.top_k': topK,
      'gen_ai.retrieval.query.text': query,
      'spanline.rerank.input_count': documents.length,
    },
    input: undefined,
    output: (span, result) => void span.output(ranked?.(result as Awaited<T>) ?? result),
  };
  return runStep(options, step, fn);
}

/** As many as a database client or a search client says. */
function lengthOf(result: unknown): number | undefined {
  const { rows, results } = bag(result);
  const list = [result, rows, results].find((value) => Array.isArray(value)) as readonly unknown[] | undefined;
  return list?.length;
}

/** Runs a tool as a `tool` span: its arguments and result; of a database the statement and the rows, of a search the query and the results. */
export function toolSpan<T>(options: ToolSpanOptions<Awaited<T>>, fn: Work<T>): T {
  const { tool, description, callId, statement, query, count = lengthOf } = options;
  const step: Step = {
    name: named('execute_tool', tool),
    type: 'tool',
    attributes: {
      'gen_ai.tool.name': tool,
      'gen_ai.tool.description': description,
      'gen_ai.tool.call.id': callId,
      'db.query.text': statement,
      'spanline.search.query': query,
    },
    input: options.arguments,
    output(span, result) {
      const number = count(result as Awaited<T>);
      if (statement !== undefined) span.set({ 'db.response.returned_rows': number });
      if (query !== undefined) span.set({ 'spanline.search.results': number });
      span.output(result);
    },
  };
  return runStep(options, step, fn);
}

function wholeAnswer(result: unknown): LlmAnswer {
  const { usage } = bag(result);
  return { output: result, usage };
}

/**
 * Runs a call of a model as an `llm` span: messages, parameters, answer, tokens and cost. For a client that no wrapper knows.
 *
 * @example
 * ```ts
 * import { llmSpan } from '@spanline/core';
 *
 * const ask = async () => ({ text: 'because', usage: { prompt_tokens: 12, completion_tokens: 3 } });
 * await llmSpan(
 *   { model: 'gpt-4o', messages: [{ role: 'user', content: 'why?' }], answer: ({ text, usage }) => ({ output: text, usage }) },
 *   ask,
 * );
 * ```
 */
export function llmSpan<T>(options: LlmSpanOptions<Awaited<T>>, fn: Work<T>): T {
  const { model, provider, messages, temperature, topP, maxTokens } = options;
  const read = (options.answer ?? wholeAnswer) as (result: unknown) => LlmAnswer;
  const step: Step = {
    name: named('chat', model),
    type: 'llm',
    attributes: {
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
      'gen_ai.request.temperature': temperature,
      'gen_ai.request.top_p': topP,
      'gen_ai.request.max_tokens': maxTokens,
    },
    input: messages,
    output(span, result) {
      const answer = read(result);
      const usage = normalizeUsage(answer.usage);
      if (usage !== undefined) span.set(usageAttributes(usage));
      span.set({
        'gen_ai.response.model': answer.model,
        'gen_ai.response.id': answer.id,
        'gen_ai.response.finish_reasons': answer.finishReasons,
      });
      if (answer.output !== undefined) span.output(answer.output);
    },
  };
  return runStep(options, step, fn);
}
