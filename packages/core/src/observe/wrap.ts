/** Wraps a function, so that each of its calls is a span. */
import type { Tracer } from '../api/index.ts';
import { sharedState } from '../context/index.ts';
import { currentTracer } from '../default-tracer.ts';
import { createGuard, isOwning, noteUnknownOptions, type OptionNames, OWNER, runInSpan } from '../trace/index.ts';
import type { CallOptions, ObserveOptions } from './options.ts';

/** Any function. Every function type is assignable to this one. */
export type AnyFunction = (...args: never[]) => unknown;

/** Makes the input or output of a span as `captureInput` or `captureOutput` asks. */
function selected<T>(setting: boolean | ((value: T) => unknown) | undefined, value: T, whole: unknown): unknown {
  if (setting === false) return undefined;
  return typeof setting === 'function' ? setting(value) : whole;
}

function startSpan(tracer: Tracer, name: string, options: ObserveOptions, call: CallOptions) {
  return tracer.startSpan({
    name: call.name ?? name,
    type: call.type ?? options.type ?? options.runType ?? 'task',
    attributes: call.attributes ?? options.attributes,
    labels: call.labels ?? options.labels,
    tags: call.tags ?? options.tags,
    capture: call.capture ?? options.capture,
  });
}

const CALL_OPTIONS: OptionNames<CallOptions> = {
  name: true,
  type: true,
  attributes: true,
  labels: true,
  tags: true,
  capture: true,
};

/** Reads the options of one call, which the application made. */
function readCall(given: CallOptions | undefined, tracer: Tracer): CallOptions {
  const { name, type, attributes, labels, tags, capture } = given ?? {};
  if (given !== undefined && isOwning(tracer)) {
    noteUnknownOptions('perCall', given, CALL_OPTIONS, tracer[OWNER].internalError);
  }
  return { name, type, attributes, labels, tags, capture };
}

function observeCall(fn: AnyFunction, self: unknown, args: unknown[], options: ObserveOptions, name: string): unknown {
  const tracer = options.tracer ?? currentTracer();
  const work = (): unknown => Reflect.apply(fn, self, args);
  if (!tracer.enabled) return work();
  const { perCall, captureInput, captureOutput } = options;
  // The callbacks are the application's code. If one throws, its part of the span is missing.
  const guard = createGuard(tracer);
  const call = (perCall === undefined ? undefined : guard('observe', () => readCall(perCall(args), tracer))) ?? {};
  const span = startSpan(tracer, name, options, call);
  guard('observe', () => {
    const input = args.length === 0 ? undefined : selected(captureInput, args, args.length === 1 ? args[0] : args);
    if (input !== undefined) span.input(input);
  });
  const output = (value: unknown): void =>
    guard('observe', () => {
      const kept = selected(captureOutput, value, value);
      if (kept !== undefined) span.output(kept);
    });
  return runInSpan(tracer, span, work, { output });
}

const warned = sharedState('unnamed-functions', () => ({ once: false }));

/** Bundlers that minify drop names, which nobody sees before production. */
function warnUnnamed(): void {
  if (warned.once) return;
  warned.once = true;
  process.emitWarning(
    'observe() got a function without a name: its spans are called "anonymous". Set the option name.',
    {
      type: 'SpanlineWarning',
      code: 'SPANLINE_UNNAMED',
    },
  );
}

/**
 * Wraps a function in a proxy, which keeps its name, length and properties. With a disabled tracer it returns the
 * function itself.
 */
export function wrapFunction<F extends AnyFunction>(fn: F, options: ObserveOptions, fallbackName = ''): F {
  if (options.tracer?.enabled === false) return fn;
  const name = options.name || fn.name || fallbackName || 'anonymous';
  if (name === 'anonymous' && options.perCall === undefined) warnUnnamed();
  return new Proxy(fn, {
    apply: (target, self: unknown, args: unknown[]) => observeCall(target, self, args, options, name),
  });
}
