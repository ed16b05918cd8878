/** A step that the application writes by hand: one span around one function. */
import { isObject, type SpanAttributes, type SpanType } from '@spanline/record';
import type { CaptureSetting, Content, Labels, Span, Tracer } from '../api/index.ts';
import { currentTracer } from '../default-tracer.ts';
import { admitText, readFields, readProperty } from '../gate/index.ts';
import { createGuard, isOwning, noteUnknownOptions, type OptionNames, OWNER, runInSpan } from '../trace/index.ts';

/** The options of one kind of step. */
export interface StepShape<Options> {
  readonly operation: string;
  readonly names: OptionNames<Options>;
  /** Those that are functions. */
  readonly callbacks: readonly (keyof Options & string)[];
}

/** Options of every step. */
export interface StepOptions {
  /** Name of the span. @defaultValue as OpenTelemetry names such a span: `retrieval docs_v2` */
  name?: string | undefined;
  /** The tracer of the span. @defaultValue that of the current span, else `defaultTracer()` */
  tracer?: Tracer | undefined;
  /** Typed attributes. */
  attributes?: SpanAttributes | undefined;
  /** Free metadata, written as `labels.*`. */
  labels?: Labels | undefined;
  /** Capture of the span. @defaultValue that of the context, else that of the tracer */
  capture?: CaptureSetting | undefined;
}

/** The work of a step. */
export type Work<T> = (span: Span) => T;

/** The names of {@link StepOptions}. */
export const STEP_OPTIONS: OptionNames<StepOptions> = {
  name: true,
  tracer: true,
  attributes: true,
  labels: true,
  capture: true,
};

/** Attributes and content of one kind of step. */
export interface Step<Result> {
  readonly operation: string;
  /** Object of the operation: a collection, a model, a tool. */
  readonly subject: string | undefined;
  readonly type: SpanType;
  readonly attributes: SpanAttributes;
  readonly input: Content;
  /** `isBroken`: the result is what a stream yielded until it ended early. */
  readonly output: (span: Span, result: Result, isBroken: boolean) => void;
}

const isTracer = (value: unknown): value is Tracer => typeof readProperty(value, 'startSpan') === 'function';

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** The options of a step, and its tracer. */
export type GivenOptions<Options> = Options & { readonly tracer: Tracer };

/**
 * Copies the options of a step. A step calls the application's work, whatever its options are: one that is unknown, no
 * tracer or no function is counted, and left out.
 */
export function readOptions<Options extends StepOptions>(
  options: Options,
  { operation, names, callbacks }: StepShape<Options>,
): GivenOptions<Options> {
  const given = readFields(options) as unknown as Options;
  const { tracer: wanted } = given;
  const tracer = isTracer(wanted) ? wanted : currentTracer();
  const owner = tracer.enabled && isOwning(tracer) ? tracer[OWNER] : undefined;
  if (!isObject(options)) owner?.internalError(`${operation} options`, 'no object');
  if (owner !== undefined) noteUnknownOptions(operation, given, names, owner.internalError);
  if (isGiven(wanted) && wanted !== tracer) owner?.internalError(`${operation} option tracer`, 'no tracer');
  for (const name of callbacks) {
    if (typeof given[name] === 'function') continue;
    if (isGiven(given[name])) owner?.internalError(`${operation} option ${name}`, 'no function');
    given[name] = undefined as Options[typeof name];
  }
  return Object.assign(given, { tracer });
}

/** Runs `fn` inside the span of a step. */
export function runStep<T>(options: GivenOptions<StepOptions>, step: Step<Awaited<T>>, fn: Work<T>): T {
  const { tracer, labels, capture, attributes } = options;
  const { operation, type, input } = step;
  const subject = admitText(step.subject);
  const name = options.name ?? (subject === undefined ? operation : `${operation} ${subject}`);
  const span = tracer.startSpan({ name, type, labels, capture });
  if (!tracer.enabled) return fn(span);
  const guard = createGuard(tracer);
  guard('step', () => {
    span.set(step.attributes);
    if (attributes !== undefined) span.set(attributes);
    if (input !== undefined) span.input(input);
  });
  return runInSpan(tracer, span, fn, {
    output(result, isBroken) {
      guard('step result', () => step.output(span, result as Awaited<T>, isBroken));
    },
  });
}
