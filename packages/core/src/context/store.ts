/** The async context: the current span and the values that spans inherit. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ContextValues, Span } from '../api/index.ts';
import { sharedState } from './shared-state.ts';

/** The context of some running code. */
export interface ContextState {
  /** May have ended. */
  readonly span: Span | undefined;
  readonly values: ContextValues;
  /**
   * The innermost span that a function was run in. Unlike an entered span, it covers exactly the work of that function,
   * also after its end.
   */
  readonly functionSpan: Span | undefined;
  /**
   * True while the synchronous frame that entered `span` still runs. A span that starts there is a sibling of `span`,
   * not its child.
   */
  entering: boolean;
  /**
   * For an entered span with values of its own: the context before it, whose values count again once the span has
   * ended. `null` for none. Code that awaits the span's work stays in its context.
   */
  readonly before?: ContextState | null | undefined;
}

/** Returns the span that a framework's own context carries further than the async context does. */
export type ContextResolver = () => Span | undefined;

interface SharedContext {
  readonly storage: AsyncLocalStorage<ContextState>;
  readonly resolvers: Set<ContextResolver>;
  /** True while a span's line is being written. */
  isWriting?: boolean;
}

const NO_VALUES: ContextValues = Object.freeze({});

/** Shared by all copies of this package, so that they share traces. */
const context = sharedState<SharedContext>('context', () => ({
  storage: new AsyncLocalStorage(),
  resolvers: new Set(),
}));

/** Returns the context of the running code. */
export function activeState(): ContextState | undefined {
  return context.storage.getStore();
}

/** Leaves the contexts of entered spans that have ended. */
function liveContext(state: ContextState | undefined): ContextState | undefined {
  let live = state;
  while (live?.before !== undefined && live.span?.isRecording !== true) live = live.before ?? undefined;
  return live;
}

/** Returns the context of the running code whose values count. */
export function valuesContext(): ContextState | undefined {
  return liveContext(context.storage.getStore());
}

/** Returns the session, user, request and labels of the running code. A span that starts here inherits them. */
export function currentValues(): ContextValues {
  return valuesContext()?.values ?? NO_VALUES;
}

/** Runs `fn` with `span` as the current span. */
export function runWith<T>(span: Span, values: ContextValues, fn: () => T): T {
  return context.storage.run({ span, values, functionSpan: span, entering: false }, fn);
}

/** Runs `fn` with other values and the same current span. */
export function runWithValues<T>(values: ContextValues, fn: () => T): T {
  const state = context.storage.getStore();
  return context.storage.run({ span: state?.span, values, functionSpan: state?.functionSpan, entering: false }, fn);
}

/** Runs `fn` in a context that {@link activeState} returned, or in one of the same shape. */
export function runInContext<T>(state: ContextState, fn: () => T): T {
  return context.storage.run(state, fn);
}

/** A context whose span becomes known after the work in it has begun. */
export interface LateContext {
  run<T>(fn: () => T): T;
  /** Makes `span` current for the rest of the work. */
  enter(span: Span): void;
}

/** Creates a copy of the current context whose span can be set later. */
export function createLateContext(): LateContext {
  const state = context.storage.getStore();
  const late = {
    span: state?.span,
    values: currentValues(),
    functionSpan: state?.functionSpan,
    entering: false,
  };
  return {
    run: (fn) => context.storage.run(late, fn),
    enter(span): void {
      late.span = span;
      late.functionSpan = span;
    },
  };
}

/**
 * Makes `span` current for the rest of the running frame and for the work it starts. Only for instrumentations whose
 * host calls them before the work and gives them no function to wrap. Everything else uses {@link runWith}.
 *
 * @param before - the context of the running code
 */
export function enterWith(span: Span, values: ContextValues, before: ContextState | undefined): void {
  const outer = liveContext(before);
  const isSame = outer === undefined ? values === NO_VALUES : outer.before === undefined && outer.values === values;
  const state: ContextState = {
    span,
    values,
    functionSpan: before?.functionSpan,
    entering: true,
    before: isSame ? undefined : (outer ?? null),
  };
  context.storage.enterWith(state);
  queueMicrotask(() => {
    state.entering = false;
  });
}

/**
 * Calls `fn` while a span's line is being written. The correlation mixin adds no ids there: the line has the ids of its
 * own span.
 */
export function whileWriting<T>(fn: () => T): T {
  context.isWriting = true;
  try {
    return fn();
  } finally {
    context.isWriting = false;
  }
}

/** True inside {@link whileWriting}. */
export function isWriting(): boolean {
  return context.isWriting === true;
}

/**
 * Registers a resolver. The current span is the deeper one of the resolver's span and the async context's.
 *
 * @returns a function that removes the resolver
 */
export function addContextResolver(resolver: ContextResolver): () => void {
  context.resolvers.add(resolver);
  return () => void context.resolvers.delete(resolver);
}

/** Returns the spans that the registered resolvers know. */
export function resolvedSpans(): Span[] {
  if (context.resolvers.size === 0) return [];
  const spans: Span[] = [];
  for (const resolver of context.resolvers) {
    try {
      const span = resolver();
      if (span !== undefined) spans.push(span);
    } catch {
      // A resolver reads the internals of another library. If it fails after an update of that library, the async
      // context decides.
    }
  }
  return spans;
}
