/** Wraps the SDK's `query()`. */

import { defaultTracer } from '@spanline/core';
import {
  checkOptions,
  createGuard,
  option,
  sharedState,
  TRACE_SHAPE,
  type TraceOptions,
  watchStream,
} from '@spanline/instrumentation';
import { Session } from './session.ts';

/** The SDK's `query()`, or a function like it. */
type Query = (params: never) => AsyncIterable<unknown>;

const CHECK = { query: option.required(option.callback()) };

/** Functions that are wrapped already. */
const wrapped = sharedState('claude-agent-sdk.wrapped', () => new WeakSet<object>());

/**
 * Wraps `query()` of the Claude Agent SDK. Each turn becomes an agent with its model calls, tools and sub-agents. The
 * query that it returns is the SDK's own object.
 *
 * @example
 * ```ts
 * import { query as sdkQuery } from '@anthropic-ai/claude-agent-sdk';
 * import { wrapQuery } from '@spanline/claude-agent-sdk';
 *
 * const query = wrapQuery(sdkQuery);
 * for await (const message of query({ prompt: 'Which files are here?' })) console.log(message.type);
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function wrapQuery<T extends Query>(query: T, options: TraceOptions = {}): T {
  checkOptions(CHECK, { query }, 'wrapQuery');
  checkOptions(TRACE_SHAPE, options);
  const tracer = options.tracer ?? defaultTracer();
  const guard = createGuard(tracer);
  if (wrapped.has(query)) return query;
  const traced = (params: never): AsyncIterable<unknown> => {
    const session = tracer.enabled ? guard('query', () => new Session(tracer, options.capture, params)) : undefined;
    if (session === undefined) return query(params);
    let stream: AsyncIterable<unknown>;
    try {
      stream = session.run(() => query(params));
    } catch (error) {
      guard('query', () => session.close('abandoned', error));
      throw error;
    }
    guard('query', () => {
      // A query hands out one iterator, whoever reads it.
      watchStream(stream[Symbol.asyncIterator](), {
        run: (fn) => session.run(fn),
        chunk: (message) => guard('message', () => session.message(message)),
        done: () => guard('end', () => session.done()),
        abandoned: () => guard('end', () => session.close('abandoned')),
        failed: (error) => guard('end', () => session.close('abandoned', error)),
      });
    });
    return stream;
  };
  wrapped.add(traced);
  return traced as T;
}
