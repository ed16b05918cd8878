/** A step that the application writes by hand: one span around one function. */
import type { SpanAttributes, SpanType } from '@spanline/record';
import type { CaptureSetting, Content, Labels, Span, Tracer } from '../api/index.ts';
import { currentTracer } from '../default-tracer.ts';
import { admitText, readFields } from '../gate/index.ts';
import { createGuard, isOwning, noteUnknownOptions, type OptionNames, OWNER, runInSpan } from '../trace/index.ts';

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
  /** Every option that the step has. */
  readonly known: Readonly<Record<string, true>>;
  readonly operation: string;
  /** Object of the operation: a collection, a model, a tool. */
  readonly subject: string | undefined;
  readonly type: SpanType;
  readonly attributes: SpanAttributes;
  readonly input: Content;
  /** `isBroken`: the result is what a stream yielded until it ended early. */
  readonly output: (span: Span, result: Result, isBroken: boolean) => void;
}

/** Copies the options of a step. A step calls the application's work, whatever its options are. */
export function readOptions<Options extends StepOptions>(options: Options): Options {
  try {
    return { ...options };
  } catch {
    return readFields(options) as unknown as Options;
  }
}

/** Runs `fn` inside the span of a step. */
export function runStep<T>(options: StepOptions, step: Step<Awaited<T>>, fn: Work<T>): T {
  const { tracer = currentTracer(), labels, capture, attributes } = options;
  const { operation, type, input } = step;
  const subject = admitText(step.subject);
  const name = options.name ?? (subject === undefined ? operation : `${operation} ${subject}`);
  const span = tracer.startSpan({ name, type, labels, capture });
  if (!tracer.enabled) return fn(span);
  if (isOwning(tracer)) noteUnknownOptions(operation, options, step.known, tracer[OWNER].internalError);
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
