import { AsyncLocalStorage } from 'node:async_hooks';
import type { ContextValues, Span } from '../api/index.ts';
import { sharedState } from './shared-state.ts';

/** One state of the async context. */
export interface ContextState {
  readonly span: Span | undefined;
  readonly values: ContextValues;
  /** The innermost span that a function was run in. Unlike an entered span it is current for exactly that function's work, also after its end. */
  readonly scope: Span | undefined;
  /** True while the synchronous frame that entered `span` still runs: what starts there is a sibling of `span`, not its child. */
  entering: boolean;
}

/** Knows of a span that a framework's own context carries further than the async context. */
export type ContextResolver = () => Span | undefined;

interface SharedContext {
  readonly storage: AsyncLocalStorage<ContextState>;
  readonly resolvers: Set<ContextResolver>;
  /** True while a record is written: its ids are its own, whatever context it ends in. */
  isWriting?: boolean;
}

const EMPTY: ContextValues = Object.freeze({});

/** Two installed copies of this package share one context, so that they share one trace. */
const context = sharedState<SharedContext>('context', () => ({
  storage: new AsyncLocalStorage(),
  resolvers: new Set(),
}));

/** The state of the running code's context, as it stands; its span may have ended. */
export function activeState(): ContextState | undefined {
  return context.storage.getStore();
}

/** The values that a span started here inherits. */
export function activeValues(): ContextValues {
  return context.storage.getStore()?.values ?? EMPTY;
}

/** Runs `fn` with `span` current. */
export function runWith<T>(span: Span, values: ContextValues, fn: () => T): T {
  return context.storage.run({ span, values, scope: span, entering: false }, fn);
}

/** A context whose span becomes known after the work in it has begun. */
export interface LateContext {
  run<T>(fn: () => T): T;
  /** Makes `span` current for what is still to come. */
  enter(span: Span): void;
}

/** A context that is like the current one until a span is entered. */
export function createLateContext(): LateContext {
  const state = context.storage.getStore();
  const late = { span: state?.span, values: state?.values ?? EMPTY, scope: state?.scope, entering: false };
  return {
    run: (fn) => context.storage.run(late, fn),
    enter(span): void {
      late.span = span;
      late.scope = span;
    },
  };
}

/** Runs `fn` with other values and the same current span. */
export function runWithValues<T>(values: ContextValues, fn: () => T): T {
  const state = context.storage.getStore();
  return context.storage.run({ span: state?.span, values, scope: state?.scope, entering: false }, fn);
}

/**
 * Makes `span` current for the rest of the running frame and for what it starts. For sources whose host calls them before the
 * work, with no function to wrap; everything else uses {@link runWith}.
 *
 * @param before - the state that the code is in
 */
export function enterWith(span: Span, values: ContextValues, before: ContextState | undefined): void {
  const state: ContextState = { span, values, scope: before?.scope, entering: true };
  context.storage.enterWith(state);
  queueMicrotask(() => {
    state.entering = false;
  });
}

/** Calls `fn` on behalf of a record that is being written: what it asks for the ids of the running code gets none. */
export function whileWriting<T>(fn: () => T): T {
  context.isWriting = true;
  try {
    return fn();
  } finally {
    context.isWriting = false;
  }
}

/** True inside of {@link whileWriting}. */
export function isWriting(): boolean {
  return context.isWriting === true;
}

/** Registers a resolver; the deeper of its span and the async context's is current. Returns how to remove it. */
export function addContextResolver(resolver: ContextResolver): () => void {
  context.resolvers.add(resolver);
  return () => void context.resolvers.delete(resolver);
}

/** Spans that frameworks' own contexts carry here. */
export function resolvedSpans(): Span[] {
  if (context.resolvers.size === 0) return [];
  const spans: Span[] = [];
  for (const resolver of context.resolvers) {
    try {
      const span = resolver();
      if (span !== undefined) spans.push(span);
    } catch {
      // A resolver reads another library's internals; when they change it knows nothing, and the async context decides.
    }
  }
  return spans;
}
