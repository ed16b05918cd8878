import {
  checkOptions,
  option,
  type Shape,
  SPAN_TYPES,
  type SpanAttributes,
  SpanlineError,
  type SpanType,
} from '@spanline/record';
import {
  captureCheck,
  labelsCheck,
  type CaptureSetting,
  type Labels,
  type SpanOptions,
  type Tracer,
  tracerCheck,
} from './api/index.ts';
import { defaultTracer } from './default-tracer.ts';
import { createGuard, runInSpan } from './trace/index.ts';

/** Any function: every one can be assigned to this type. */
type AnyFunction = (...args: never[]) => unknown;

/** What a call comes to: its result; of a stream nobody knows. */
type Outcome<Result> = Result extends AsyncIterable<unknown> | { next: unknown } ? unknown : Result;

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

/**
 * How a function is observed.
 *
 * @typeParam Args - its arguments
 * @typeParam Result - what it returns, resolved
 */
export interface ObserveOptions<
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
> extends CallOptions {
  /** LangSmith's word for `type`. */
  runType?: SpanType;
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Options of one call, from its arguments; they win over those of the function. */
  perCall?: (args: Args) => CallOptions | undefined;
  /** `false`, or what of the arguments to keep. @defaultValue the one argument, or all as a list */
  captureInput?: boolean | ((args: Args) => unknown);
  /** `false`, or what of the result to keep. @defaultValue the result, or what a stream yielded */
  captureOutput?: boolean | ((result: Outcome<Result>) => unknown);
}

/** The TC39 decorator context, as far as it is read. */
interface DecoratorContext {
  kind: string;
  name: string | symbol;
}

interface FieldContext extends DecoratorContext {
  kind: 'field';
}

/** Works as a TC39 decorator of methods and of fields that hold functions, as a legacy (`experimentalDecorators`) one of methods, and as a function that wraps a function. */
export interface ObserveDecorator {
  <F extends AnyFunction>(fn: F, context?: DecoratorContext): F;
  (field: undefined, context: FieldContext): <F extends AnyFunction>(initial: F) => F;
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

/** Kinds of decorator contexts (TC39). Options with a key `kind` are a mistake that is reported. */
const CONTEXT_KINDS: ReadonlySet<unknown> = new Set(['class', 'method', 'getter', 'setter', 'field', 'accessor']);

const SHAPE: Shape<ObserveOptions> = {
  name: option.string(),
  type: option.oneOf(SPAN_TYPES),
  runType: option.oneOf(SPAN_TYPES),
  attributes: option.dictionary(option.any()),
  labels: labelsCheck,
  tags: option.list(option.string()),
  capture: captureCheck,
  tracer: tracerCheck,
  perCall: option.callback(),
  captureInput: option.anyOf<NonNullable<ObserveOptions['captureInput']>>(option.boolean(), option.callback()),
  captureOutput: option.anyOf<NonNullable<ObserveOptions['captureOutput']>>(option.boolean(), option.callback()),
};

function notAFunction(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_ARGUMENT', option, expected, got });
}

function decorate(options: ObserveOptions, target: unknown, at?: unknown, descriptor?: PropertyDescriptor): unknown {
  const expected = 'on a method, or on a field that holds a function';
  if (descriptor !== undefined) {
    const { value } = descriptor;
    if (typeof value !== 'function') notAFunction('@observe', expected, 'an accessor');
    return { ...descriptor, value: wrap(value as AnyFunction, options, String(at)) };
  }
  const { kind, name } = (at ?? {}) as Partial<DecoratorContext>;
  const fallbackName = name === undefined ? undefined : String(name);
  if (kind === 'field') return (initial: unknown) => decorate(options, initial, { name });
  if (typeof target !== 'function' || kind === 'class' || typeof at === 'string')
    notAFunction('@observe', expected, kind ?? target);
  return wrap(target as AnyFunction, options, fallbackName);
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
export function observe<F extends AnyFunction>(
  fn: F,
  options?: ObserveOptions<Parameters<F>, Awaited<ReturnType<F>>>,
): F;
export function observe<F extends AnyFunction>(fn: F, context: DecoratorContext): F;
export function observe(field: undefined, context: FieldContext): <F extends AnyFunction>(initial: F) => F;
export function observe(target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
export function observe(options?: ObserveOptions): ObserveDecorator;
export function observe(...args: readonly unknown[]): unknown {
  const [first, second, descriptor] = args as [unknown, object | undefined, PropertyDescriptor | undefined];
  if (descriptor !== undefined || isContext(second)) return decorate({}, first, second, descriptor);
  if (typeof first === 'function') {
    const options = second ?? {};
    checkOptions(SHAPE, options, 'observe');
    return wrap(first as AnyFunction, options);
  }
  if (args.length > 0 && (typeof first !== 'object' || first === null))
    notAFunction('observe(fn)', 'a function', first);
  const options = (first ?? {}) as ObserveOptions;
  checkOptions(SHAPE, options, 'observe');
  return (target: unknown, at?: unknown, of?: PropertyDescriptor) => decorate(options, target, at, of);
}

function isContext(value: unknown): value is DecoratorContext {
  return CONTEXT_KINDS.has((value as Partial<DecoratorContext> | undefined)?.kind);
}

/** LangSmith's name for {@link observe}. */
export const traceable: typeof observe = observe;
