/**
 * LangChain's own async context. Under `stream` and `streamEvents` it reaches code that a span entered by a handler
 * does not.
 */

import type { Span } from '@spanline/core';
import { addContextResolver, props, sharedState } from '@spanline/instrumentation';

const STORAGE = Symbol.for('ls:tracing_async_local_storage');
const CHILD_CONFIG = Symbol.for('lc:child_config');

interface Manager {
  getParentRunId?: () => string | undefined;
  handlers?: unknown;
}

type SpanOf = (runId: string) => Span | undefined;

/** Held weakly: an application may make a handler for each request. */
const handlers = sharedState('langchain.handlers', () => new WeakMap<object, SpanOf>());

/**
 * The span of the run that LangChain's context names. LangChain stores the child config; its callback manager has the
 * id and the handlers of the run.
 */
function langChainSpan(): Span | undefined {
  const storage = (globalThis as Record<symbol, unknown>)[STORAGE] as { getStore?: () => unknown } | undefined;
  const store = storage?.getStore?.();
  const config = (props(props(store)['extra']) as Record<symbol, unknown>)[CHILD_CONFIG];
  const manager = props(config)['callbacks'] as Manager | undefined;
  const runId = typeof manager?.getParentRunId === 'function' ? manager.getParentRunId() : undefined;
  if (runId === undefined || !Array.isArray(manager?.handlers)) return undefined;
  for (const handler of manager.handlers as object[]) {
    const span = handlers.get(handler)?.(runId);
    if (span !== undefined) return span;
  }
  return undefined;
}

/** Makes the spans of `handler` current where LangChain's context names their runs. All handlers share one resolver. */
export function followLangChain(handler: object, spanOf: SpanOf): void {
  handlers.set(handler, spanOf);
  addContextResolver(langChainSpan);
}
