import { defaultTracer } from './default-tracer.ts';
import { SpanlineError } from './error.ts';
import { SPAN_TYPES, type SpanAttributes, type SpanType } from './schema/index.ts';
import { createGuard } from './source/guard.ts';
import { runInSpan, type SpanOptions, type Tracer } from './trace/index.ts';
import type { CaptureSetting } from './capture/options.ts';
import type { Labels } from './context/index.ts';

/** Any function: every one can be assigned to this type. */
type AnyFunction = (this: never, ...args: never[]) => unknown;

/** What may differ from call to call. */
export interface CallOptions {
  /** @defaultValue the function's name */
  name?: string;
  /** @defaultValue `task` */
  type?: SpanType;
  attributes?: SpanAttributes;
  labels?: Labels;
  tags?: readonly string[];
  capture?: CaptureSetting;
}

/** How a function is observed. */
export interface ObserveOptions extends CallOptions {
  /** LangSmith's word for `type`. */
  runType?: SpanType;
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Options of one call, from its arguments; they win over those of the function. */
  perCall?: (args: readonly unknown[]) => CallOptions | undefined;
  /** `false`, or what of the arguments to keep. @defaultValue the one argument, or all as a list */
  captureInput?: boolean | ((args: readonly unknown[]) => unknown);
  /** `false`, or what of the result to keep. @defaultValue the result, or what a stream yielded */
  captureOutput?: boolean | ((result: unknown) => unknown);
}

/** The TC39 decorator context, as far as it is read. */
interface MethodContext {
  kind: string;
  name: string | symbol;
}

/** Works as a TC39 method decorator, as a legacy (`experimentalDecorators`) one, and as a function that wraps a function. */
export interface ObserveDecorator {
  <F extends AnyFunction>(fn: F, context?: MethodContext): F;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
}

function pick(setting: boolean | ((value: never) => unknown) | undefined, value: unknown, plain: unknown): unknown {
  if (setting === false) return undefined;
  return typeof setting === 'function' ? setting(value as never) : plain;
}

function spanOptions(name: string, options: ObserveOptions, own: CallOptions): SpanOptions {
  const { attributes = options.attributes, labels = options.labels, tags = options.tags } = own;
  const capture = own.capture ?? options.capture;
  return {
    name: own.name ?? name,
    type: own.type ?? options.type ?? options.runType ?? 'task',
    ...(attributes === undefined ? {} : { attributes }),
    ...(labels === undefined ? {} : { labels }),
    ...(tags === undefined ? {} : { tags }),
    ...(capture === undefined ? {} : { capture }),
  };
}

function call(fn: AnyFunction, self: unknown, args: unknown[], options: ObserveOptions, name: string): unknown {
  const tracer = options.tracer ?? defaultTracer();
  if (!tracer.enabled) return Reflect.apply(fn, self as never, args as never);
  // Mappers are the application's code: when one throws, the span goes without what it would have given.
  const guard = createGuard(tracer);
  const own = options.perCall && guard('observe', () => options.perCall?.(args));
  const span = tracer.startSpan(spanOptions(name, options, own ?? {}));
  guard('observe', () => {
    const input = pick(options.captureInput, args, args.length === 1 ? args[0] : args);
    if (input !== undefined && args.length > 0) span.input(input);
  });
  const output = (value: unknown): void =>
    guard('observe', () => {
      const kept = pick(options.captureOutput, value, value);
      if (kept !== undefined) span.output(kept);
    });
  return runInSpan(tracer, span, () => Reflect.apply(fn, self as never, args as never), { output });
}

function wrap<F extends AnyFunction>(fn: F, options: ObserveOptions, fallbackName?: string): F {
  if (options.tracer?.enabled === false) return fn;
  const name = options.name ?? (fn.name === '' ? (fallbackName ?? 'anonymous') : fn.name);
  return new Proxy(fn, { apply: (target, self: unknown, args: unknown[]) => call(target, self, args, options, name) });
}

function checkOptions(options: ObserveOptions): void {
  for (const key of ['type', 'runType'] as const) {
    const value = options[key];
    if (value !== undefined && !SPAN_TYPES.includes(value)) {
      throw new SpanlineError({
        code: 'ERR_INVALID_OPTION',
        option: `observe.${key}`,
        expected: `one of ${SPAN_TYPES.join(', ')}`,
        got: value,
      });
    }
  }
}

/**
 * Makes every call of a function a span: arguments as input, result as output, nested under the current span. Sync and async functions, generators, async
 * generators and functions that return a stream keep their name, `this`, types, results and errors; the span of a stream ends when the stream ends, is broken
 * off (`abandoned`) or throws.
 *
 * @throws SpanlineError when an option is wrong; a call of the wrapped function throws what the function throws and nothing else
 *
 * @example
 * ```ts
 * import { observe } from '@spanline/core';
 *
 * const rerank = observe(
 *   async function rerank(query: string, documents: string[]) {
 *     return documents.toSorted();
 *   },
 *   { type: 'reranker' },
 * );
 * const best = await rerank('login', ['b', 'a']);
 * ```
 */
export function observe<F extends AnyFunction>(fn: F, options?: ObserveOptions): F;
export function observe<F extends AnyFunction>(fn: F, context: MethodContext): F;
export function observe(options?: ObserveOptions): ObserveDecorator;
export function observe(
  first: AnyFunction | ObserveOptions = {},
  second: ObserveOptions | MethodContext = {},
): AnyFunction | ObserveDecorator {
  if (typeof first === 'function') {
    if ('kind' in second) return wrap(first, {}, String(second.name));
    checkOptions(second);
    return wrap(first, second);
  }
  if (typeof first !== 'object' || first === null) {
    throw new SpanlineError({
      code: 'ERR_INVALID_ARGUMENT',
      option: 'observe(fn)',
      expected: 'a function',
      got: first,
    });
  }
  checkOptions(first);
  const decorate = (target: unknown, key?: unknown, descriptor?: PropertyDescriptor): unknown => {
    if (typeof target === 'function' && descriptor === undefined) {
      const name = (key as MethodContext | undefined)?.name;
      return wrap(target as AnyFunction, first, name === undefined ? undefined : String(name));
    }
    return { ...descriptor, value: wrap(descriptor?.value as AnyFunction, first, String(key)) };
  };
  return decorate;
}

/** LangSmith's name for {@link observe}. */
export const traceable: typeof observe = observe;
