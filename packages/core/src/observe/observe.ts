/** `observe`: a function wrapper and a method decorator. */
import { checkOptions, SpanlineError } from '@spanline/record';
import { readProperty } from '../gate/index.ts';
import { OBSERVE_OPTIONS, type ObserveOptions } from './options.ts';
import { type AnyFunction, wrapFunction } from './wrap.ts';

/** The context of a TC39 decorator, as far as it is read. */
interface DecoratorContext {
  kind: string;
  name: string | symbol;
}

interface FieldContext extends DecoratorContext {
  kind: 'field';
}

/**
 * A decorator that also wraps plain functions. As a TC39 decorator it applies to methods and to fields that hold
 * functions, as a legacy one (`experimentalDecorators`) to methods.
 */
export interface ObserveDecorator {
  <F extends AnyFunction>(fn: F, context?: DecoratorContext): F;
  (field: undefined, context: FieldContext): <F extends AnyFunction>(initial: F) => F;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
}

/** Kinds of TC39 decorator contexts. Options with another `kind` are reported as a mistake. */
const CONTEXT_KINDS: ReadonlySet<unknown> = new Set(['class', 'method', 'getter', 'setter', 'field', 'accessor']);

function notAFunction(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_ARGUMENT', option, expected, got });
}

/**
 * Applies `observe` to what a decorator gets: (method, context), (undefined, field context), (prototype, key,
 * descriptor), or to a function.
 */
function decorate(options: ObserveOptions, target: unknown, at?: unknown, descriptor?: PropertyDescriptor): unknown {
  const expected = 'on a method, or on a field that holds a function';
  if (descriptor !== undefined) {
    const { value } = descriptor;
    if (typeof value !== 'function') notAFunction('@observe', expected, 'an accessor');
    return { ...descriptor, value: wrapFunction(value as AnyFunction, options, String(at)) };
  }
  const { kind, name } = (at ?? {}) as Partial<DecoratorContext>;
  const fallbackName = name === undefined ? undefined : String(name);
  if (kind === 'field') return (initial: unknown) => decorate(options, initial, { name });
  if (typeof target !== 'function' || kind === 'class' || typeof at === 'string')
    notAFunction('@observe', expected, kind ?? target);
  return wrapFunction(target as AnyFunction, options, fallbackName);
}

/**
 * Makes every call of a function a span below the current one, with the arguments as input and the result as output. It
 * wraps sync and async functions, generators, async generators and functions that return a stream. Their name, `this`,
 * types, results and errors stay the same. The span of a stream ends when the stream ends, throws, or is no longer read
 * (`abandoned`).
 *
 * @throws SpanlineError if an option is invalid. A call of the wrapped function throws only what the function throws.
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
  const [first, second = {}, descriptor] = args as [unknown, object | undefined, PropertyDescriptor | undefined];
  // A name before the function, as other tracers take it, is no target of a legacy decorator.
  const isTarget = (typeof first === 'object' && first !== null) || typeof first === 'function';
  if ((descriptor !== undefined && isTarget) || isContext(second)) return decorate({}, first, second, descriptor);
  if (typeof first === 'function') {
    checkOptions(OBSERVE_OPTIONS, second, 'observe');
    return wrapFunction(first as AnyFunction, second);
  }
  if (args.length > 0 && !isTarget) notAFunction('observe(fn)', 'a function', first);
  const options = (first ?? {}) as ObserveOptions;
  checkOptions(OBSERVE_OPTIONS, options, 'observe');
  return (target: unknown, at?: unknown, of?: PropertyDescriptor) => decorate(options, target, at, of);
}

/** False for options that cannot be read as well: their check refuses them. */
function isContext(value: unknown): value is DecoratorContext {
  return CONTEXT_KINDS.has(readProperty(value, 'kind'));
}

/** LangSmith's name for {@link observe}. */
export const traceable: typeof observe = observe;
