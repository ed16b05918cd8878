/** Options of `observe`. */
import { option, type Shape, SPAN_TYPES, type SpanAttributes, type SpanType } from '@spanline/record';
import { captureCheck, type CaptureSetting, type Labels, labelsCheck, type Tracer, tracerCheck } from '../api/index.ts';

/** The value that `captureOutput` gets: the result of a call. What a stream yields is not known to the type. */
type Output<Result> = Result extends AsyncIterable<unknown> | { next: unknown } ? unknown : Result;

/** Options that may differ from call to call. */
export interface CallOptions {
  /** Name of the span. @defaultValue the function's name */
  name?: string | undefined;
  /** Type of the step. @defaultValue `task` */
  type?: SpanType | undefined;
  /** Typed attributes. */
  attributes?: SpanAttributes | undefined;
  /** Free metadata, written as `labels.*`. */
  labels?: Labels | undefined;
  /** Tags, written as `spanline.tags`. */
  tags?: readonly string[] | undefined;
  /** Capture of the function's spans. @defaultValue that of the context, else that of the tracer */
  capture?: CaptureSetting | undefined;
}

/**
 * Options of `observe`.
 *
 * @typeParam Args - the function's arguments
 * @typeParam Result - the function's result, resolved
 */
export interface ObserveOptions<
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
> extends CallOptions {
  /** LangSmith's name for `type`. */
  runType?: SpanType | undefined;
  /** The tracer of the spans. @defaultValue that of the current span, else `defaultTracer()` */
  tracer?: Tracer | undefined;
  /** Returns the options of one call from its arguments. They take precedence over the other options. */
  perCall?: ((args: Args) => CallOptions | undefined) | undefined;
  /**
   * `false` for no input, or a function that makes it from the arguments.
   * @defaultValue the argument if there is one, else the list of arguments
   */
  captureInput?: boolean | ((args: Args) => unknown) | undefined;
  /**
   * `false` for no output, or a function that makes it from the result.
   * @defaultValue the result, or what a stream yielded
   */
  captureOutput?: boolean | ((result: Output<Result>) => unknown) | undefined;
}

/** The rules of {@link ObserveOptions}. */
export const OBSERVE_OPTIONS: Shape<ObserveOptions> = {
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
