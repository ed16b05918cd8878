/** Middleware for applications that wrap their models. */

import {
  contextSpan,
  instrumentationOf,
  type Props,
  props,
  runInSpan,
  type TraceOptions,
} from '@spanline/instrumentation';
import { enclosingCall } from '../calls/enclosing.ts';
import { ModelCall } from '../calls/model-call.ts';
import { embeddingFacts, startEmbedding } from '../calls/steps.ts';
import { SHOWN } from '../objects/hidden.ts';
import { SCOPE } from '../scope.ts';
import { createTracing, type Tracing } from '../tracing.ts';

/** A call of a model, as the SDK hands it to a middleware. */
export interface WrappedCall {
  readonly params: unknown;
  readonly model: unknown;
}

/** A middleware for `wrapLanguageModel` of `ai` 6 (`LanguageModelV3Middleware`) and 7 (`LanguageModelV4Middleware`). */
export interface SpanlineMiddleware {
  readonly specificationVersion: 'v3';
  wrapGenerate<T>(call: WrappedCall & { readonly doGenerate: () => PromiseLike<T> }): Promise<T>;
  wrapStream<T>(call: WrappedCall & { readonly doStream: () => PromiseLike<T> }): Promise<T>;
}

/** A middleware for `wrapEmbeddingModel` of `ai` 6 and 7. */
export interface SpanlineEmbeddingMiddleware {
  readonly specificationVersion: 'v3';
  wrapEmbed<T>(call: WrappedCall & { readonly doEmbed: () => PromiseLike<T> }): Promise<T>;
}

/** The parameters of a call with the names of model and provider. */
function requestOf({ params, model }: WrappedCall): Props {
  const { provider, modelId } = props(model);
  return { ...props(params), provider, modelId };
}

/**
 * Records a call of a model. The telemetry object may record the same call: then the middleware only adds what the
 * SDK does not report, and the call has one span.
 */
async function record<T>(
  tracing: Tracing,
  call: WrappedCall,
  execute: () => PromiseLike<T>,
  isStreamed: boolean,
): Promise<T> {
  if (!tracing.tracer.enabled) return execute();
  const outer = tracing.guard('middleware', enclosingCall);
  if (outer !== undefined) {
    tracing.guard('middleware', () => outer.takeSignal?.(props(call.params)['abortSignal']));
    return outer.isByEvent ? outer.run(execute, isStreamed) : execute();
  }
  const own = tracing.guard('middleware', () => new ModelCall(tracing, requestOf(call), SHOWN));
  return own === undefined ? execute() : own.run(execute, isStreamed);
}

/**
 * Creates a middleware that records each call of a language model, whoever makes it.
 *
 * @example
 * ```ts
 * import { openai } from '@ai-sdk/openai';
 * import { wrapLanguageModel } from 'ai';
 * import { spanlineMiddleware } from '@spanline/ai-sdk';
 *
 * const model = wrapLanguageModel({ model: openai('gpt-4o'), middleware: spanlineMiddleware() });
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function spanlineMiddleware(options: TraceOptions = {}): SpanlineMiddleware {
  const tracing = createTracing(options);
  return {
    specificationVersion: 'v3',
    wrapGenerate: ({ doGenerate, ...call }) => record(tracing, call, doGenerate, false),
    wrapStream: ({ doStream, ...call }) => record(tracing, call, doStream, true),
  };
}

/** True inside of an embedding that this package records already. */
function isRecorded(): boolean {
  const span = contextSpan();
  return span?.type === 'embedding' && instrumentationOf(span)?.name === SCOPE.name;
}

/**
 * Creates a middleware that records each call of an embedding model. `ai` 6 reports embeddings in no other way.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function spanlineEmbeddingMiddleware(options: TraceOptions = {}): SpanlineEmbeddingMiddleware {
  const tracing = createTracing(options);
  const { tracer, guard } = tracing;
  return {
    specificationVersion: 'v3',
    async wrapEmbed({ doEmbed, ...call }) {
      if (!tracer.enabled || isRecorded()) return doEmbed();
      const request = requestOf(call);
      const span = guard('middleware', () => startEmbedding(tracing, request));
      if (span === undefined) return doEmbed();
      return runInSpan(tracer, span, doEmbed, {
        output: (answer) => void guard('middleware', () => span.set(embeddingFacts({ ...request, ...props(answer) }))),
      });
    },
  };
}
