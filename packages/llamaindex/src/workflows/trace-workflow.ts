/** Runs of plain workflows: `createWorkflow()`. */

import { defaultTracer, type Span, type Tracer } from '@spanline/core';
import {
  type Props,
  props,
  checkOptions,
  createGuard,
  createPatches,
  type Guard,
  option,
  type Patches,
  type Shape,
  sharedState,
  text,
  TRACE_SHAPE,
} from '@spanline/instrumentation';
import { SCOPE } from '../tracing/scope.ts';
import { type HandlerCall, watchContext, watchHandler, withHandler } from './hooks.ts';

const WHERE = 'llamaindex workflow';

/** Options of {@link traceWorkflow}. */
export interface TraceWorkflowOptions {
  /** Name of the workflow on its spans. @defaultValue `'workflow'` */
  name?: string;
  /** @defaultValue the tracer of `instrumentLlamaIndex`, else `defaultTracer()` */
  tracer?: Tracer;
}

const SHAPE: Shape<TraceWorkflowOptions> = { name: option.string(), tracer: TRACE_SHAPE.tracer };

const WORKFLOW = option.required(
  option.like<unknown>('a workflow, an object with createContext()', (value) => {
    const { createContext } = value as Readonly<Record<string, unknown>>;
    return typeof createContext === 'function';
  }),
);

/** The traced workflows of the process, for all copies of this package. */
interface TracedWorkflows {
  patches: Patches;
  /** The tracer of `instrumentLlamaIndex`. */
  tracer: Tracer | undefined;
}

const workflows = sharedState<TracedWorkflows>('llamaindex.workflows', () => ({
  patches: createPatches(),
  tracer: undefined,
}));

/** Sets the tracer of workflows that were given none. */
export function useTracer(tracer: Tracer): void {
  workflows.tracer = tracer;
}

/** Stops tracing all workflows. */
export function untraceWorkflows(): void {
  workflows.tracer = undefined;
  workflows.patches.undo();
}

const labelOf = (event: unknown): string | undefined => text(props(event)['debugLabel']);
const dataOf = (event: unknown): unknown => props(event)['data'];

/** The name of the handler's function, else of the events that it waits for. */
function stepName({ handler, inputEvents }: HandlerCall): string {
  const labels = Array.isArray(inputEvents) ? inputEvents.map(labelOf).filter((label) => label !== undefined) : [];
  return text(handler.name) ?? text(labels.join(', ')) ?? 'handler';
}

function startStep(tracer: Tracer, run: Span, call: HandlerCall): Span {
  const inputs = Array.isArray(call.inputs) ? call.inputs.map(dataOf) : [];
  return tracer.startSpan({
    scope: SCOPE,
    name: `step ${stepName(call)}`,
    type: 'chain',
    parent: run,
    input: inputs.length === 1 ? inputs[0] : inputs,
  });
}

/**
 * Traces the runs of one context. A workflow has no last event of its own: a run begins with an event while no handler
 * is at work, and ends when none is at work any more.
 */
function watchRuns(tracer: Tracer, guard: Guard, name: string, context: Props): void {
  let run: Span | undefined;
  let working = 0;
  let last: unknown;

  function begin(event: unknown): void {
    last = event;
    if (run?.isRecording === true) return;
    const input = dataOf(event);
    run = tracer.startSpan({ scope: SCOPE, name: `workflow ${name}`, type: 'chain', input });
    endIfIdle();
  }

  /**
   * The event that a handler returned is sent right after the handler has settled. By the next microtask, the handlers
   * of that event are at work.
   */
  function endIfIdle(): void {
    queueMicrotask(() => {
      if (working > 0 || run?.isRecording !== true) return;
      guard(WHERE, () => run?.output(dataOf(last)).end());
      last = undefined;
    });
  }

  function traced(call: HandlerCall, parent: Span): HandlerCall {
    const step = startStep(tracer, parent, call);
    working += 1;
    const settled = (describe: () => void): void => {
      guard(WHERE, describe);
      guard(WHERE, () => step.end());
      working -= 1;
      endIfIdle();
    };
    const handler = watchHandler(
      call.handler,
      (value) => settled(() => step.output(dataOf(value))),
      (error) =>
        settled(() => {
          step.fail(error);
          parent.fail(error);
        }),
    );
    return withHandler(call, (...args) => tracer.run(step, () => handler(...args)));
  }

  watchContext(context, {
    sent: (event) => guard(WHERE, () => begin(event)),
    handled(call, next): void {
      const span = run;
      const watched = span?.isRecording === true ? guard(WHERE, () => traced(call, span)) : undefined;
      next(watched ?? call);
    },
  });
}

/**
 * Traces the runs of a plain workflow (`createWorkflow()`): a span for each run, and below it one for each handler.
 * Only the workflow's `createContext` is replaced, in place. Events, results and errors stay what they are. Handlers
 * may be added before or after.
 *
 * @example
 * ```ts
 * import { createWorkflow, workflowEvent } from '@llamaindex/workflow';
 * import { traceWorkflow } from '@spanline/llamaindex';
 *
 * const asked = workflowEvent<string>({ debugLabel: 'asked' });
 * const answered = workflowEvent<string>({ debugLabel: 'answered' });
 * const workflow = traceWorkflow(createWorkflow(), { name: 'answering' });
 * workflow.handle([asked], function answer(_context, { data }) {
 *   return answered.with(data);
 * });
 * ```
 *
 * @returns the same workflow
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceWorkflow<T extends object>(workflow: T, options: TraceWorkflowOptions = {}): T {
  checkOptions<{ workflow: unknown }>({ workflow: WORKFLOW }, { workflow });
  checkOptions(SHAPE, options);
  const name = options.name ?? 'workflow';
  workflows.patches.method(
    workflow,
    'createContext',
    (original) =>
      function createContext(this: object, ...args: unknown[]): unknown {
        const context = Reflect.apply(original, this, args);
        const tracer = options.tracer ?? workflows.tracer ?? defaultTracer();
        const guard = createGuard(tracer);
        if (tracer.enabled) guard(WHERE, () => watchRuns(tracer, guard, name, props(context)));
        return context;
      },
  );
  return workflow;
}
