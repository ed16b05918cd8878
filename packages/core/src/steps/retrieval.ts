/** Searches and rerankings of documents. */
import { readProperty } from '../gate/index.ts';
import { readOptions, runStep, type Step, STEP_OPTIONS, type StepOptions, type StepShape, type Work } from './step.ts';

/** Options of {@link retrieverSpan}. */
export interface RetrieverSpanOptions<R = unknown> extends StepOptions {
  /** The text that is searched for. */
  query: string;
  /** Name of the collection or index. */
  dataSource?: string | undefined;
  /** Number of documents asked for. */
  topK?: number | undefined;
  /**
   * Returns the documents of the result, each with `id`, `score` and `content` if it has them.
   * @defaultValue the result
   */
  documents?: ((result: R) => unknown) | undefined;
}

const RETRIEVER_SHAPE: StepShape<RetrieverSpanOptions> = {
  operation: 'retrieval',
  names: {
    ...STEP_OPTIONS,
    query: true,
    dataSource: true,
    topK: true,
    documents: true,
  },
  callbacks: ['documents'],
};

/**
 * Runs a search as a `retriever` span. It records the query, the number of documents, and their lowest and highest
 * score.
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
  const given = readOptions(options, RETRIEVER_SHAPE);
  const { query, dataSource, topK, documents } = given;
  const step: Step<Awaited<T>> = {
    operation: RETRIEVER_SHAPE.operation,
    subject: dataSource,
    type: 'retriever',
    attributes: { 'gen_ai.data_source.id': dataSource, 'gen_ai.retrieval.top_k': topK },
    input: query,
    output: (span, result) => void span.output(documents?.(result) ?? result),
  };
  return runStep(given, step, fn);
}

/** Options of {@link rerankSpan}. */
export interface RerankSpanOptions<R = unknown> extends StepOptions {
  /** The text that the documents are compared with. */
  query: string;
  /** The documents to rank. Only their number is written. */
  documents: readonly unknown[];
  /** Name of the model. */
  model?: string | undefined;
  /** Number of documents asked for. */
  topK?: number | undefined;
  /** Returns the ranked documents of the result. @defaultValue the result */
  ranked?: ((result: R) => unknown) | undefined;
}

const RERANK_SHAPE: StepShape<RerankSpanOptions> = {
  operation: 'rerank',
  names: {
    ...STEP_OPTIONS,
    query: true,
    documents: true,
    model: true,
    topK: true,
    ranked: true,
  },
  callbacks: ['ranked'],
};

/** Runs a reranking as a `reranker` span. It records the number of documents before and after, and their scores. */
export function rerankSpan<T>(options: RerankSpanOptions<Awaited<T>>, fn: Work<T>): T {
  const given = readOptions(options, RERANK_SHAPE);
  const { query, documents, model, topK, ranked } = given;
  const step: Step<Awaited<T>> = {
    operation: RERANK_SHAPE.operation,
    subject: model,
    type: 'reranker',
    attributes: {
      'gen_ai.request.model': model,
      'gen_ai.retrieval.top_k': topK,
      'gen_ai.retrieval.query.text': query,
      'spanline.rerank.input_count': readProperty(documents, 'length') as number,
    },
    input: undefined,
    output: (span, result) => void span.output(ranked?.(result) ?? result),
  };
  return runStep(given, step, fn);
}
