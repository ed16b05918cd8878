import type { Span } from '@spanline/core';
import { addContextResolver, bag } from '@spanline/instrumentation';

const STORAGE = Symbol.for('ls:tracing_async_local_storage');
const CHILD_CONFIG = Symbol.for('lc:child_config');

interface Manager {
  getParentRunId?: () => string | undefined;
  handlers?: unknown;
}

type SpanOf = (runId: string) => Span | undefined;

/** Kept no longer than the handlers: an application may make one for each request. */
const handlers = new WeakMap<object, SpanOf>();

/**
 * The run that LangChain itself believes the code to be in. Under `stream` and `streamEvents` its own context reaches further than one that a handler enters:
 * its store holds the child config, whose callback manager knows the run and its handlers.
 */
function langChainSpan(): Span | undefined {
  const storage = (globalThis as Record<symbol, unknown>)[STORAGE] as { getStore?: () => unknown } | undefined;
  const store = storage?.getStore?.();
  const config = (bag(bag(store)['extra']) as Record<symbol, unknown>)[CHILD_CONFIG];
  const manager = bag(config)['callbacks'] as Manager | undefined;
  const runId = typeof manager?.getParentRunId === 'function' ? manager.getParentRunId() : undefined;
  if (runId === undefined || !Array.isArray(manager?.handlers)) return undefined;
  for (const handler of manager.handlers as object[]) {
    const span = handlers.get(handler)?.(runId);
    if (span !== undefined) return span;
  }
  return undefined;
}

/** Makes the spans of a handler current where LangChain's context says so. One resolver serves all handlers. */
export function followLangChain(handler: object, spanOf: SpanOf): void {
  handlers.set(handler, spanOf);
  addContextResolver(langChainSpan);
}
