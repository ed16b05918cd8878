import { bag } from '@spanline/core/source';
import type { Span } from '@spanline/core';

const STORAGE = Symbol.for('ls:tracing_async_local_storage');
const CHILD_CONFIG = Symbol.for('lc:child_config');

interface Manager {
  getParentRunId?: () => string | undefined;
}

/**
 * The run that LangChain itself believes the code to be in. Under `stream` and `streamEvents` its own context reaches further than one that a handler enters:
 * its store holds the child config, whose callback manager knows the run.
 *
 * @param spanOf - the span of a run id
 */
export function langChainSpan(spanOf: (runId: string) => Span | undefined): Span | undefined {
  const storage = (globalThis as Record<symbol, unknown>)[STORAGE] as { getStore?: () => unknown } | undefined;
  const store = storage?.getStore?.();
  const config = (bag(bag(store)['extra']) as Record<symbol, unknown>)[CHILD_CONFIG];
  const manager = bag(config)['callbacks'] as Manager | undefined;
  const runId = typeof manager?.getParentRunId === 'function' ? manager.getParentRunId() : undefined;
  return runId === undefined ? undefined : spanOf(runId);
}
