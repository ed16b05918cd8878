import { defaultTracer, type Span, type Tracer } from '@spanline/core';
import { type Bag, bag, createGuard, type Guard, text, createPatches } from '@spanline/instrumentation';
import { type HandlerCall, watchContext, watchHandler, withHandler } from './handler-hooks.ts';
import { SCOPE } from './scope.ts';

const WHERE = 'llamaindex workflow';

/** Options of {@link traceWorkflow}. */
export interface TraceWorkflowOptions {
  /** Name of the workflow on its spans. @defaultValue `'workflow'` */
  name?: string;
  /** @defaultValue the tracer of `instrumentLlamaIndex`, else `defaultTracer()` */
  tracer?: Tracer;
}

let patches = createPatches();
let followed: Tracer | undefined;

/** Workflows that were given no tracer use this one from now on. */
export function followTracer(tracer: Tracer): void {
  followed = tracer;
}

/** Puts every workflow back. */
export function forgetWorkflows(): void {
  followed = undefined;
  patches.undo();
  patches = createPatches();
}

const labelOf = (event: unknown): string | undefined => text(bag(event)['debugLabel']);
const dataOf = (event: unknown): unknown => bag(event)['data'];

/** A handler has the name of its function, else that of the events that it waits for. */
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
 * Traces what happens in one context. A run begins with an event while nothing is at work, and ends when no handler is at work any more: a workflow has no last event of its own.
 */
function watchRuns(tracer: Tracer, guard: Guard, name: string, context: Bag): void {
  let run: Span | undefined;
  let working = 0;
  let last: unknown;

  function begin(event: unknown): void {
    last = event;
    if (run?.isRecording === true) return;
    const input = dataOf(event);
    run = tracer.startSpan({ scope: SCOPE, name: `workflow ${name}`, type: 'chain', input });
    settleLater();
  }

  /** The event that a handler returned is sent right after it has settled; its handlers are at work by then. */
  function settleLater(): void {
    queueMicrotask(() => {
      if (working > 0 || run?.isRecording !== true) return;
      guard(WHERE, () => run?.output(dataOf(last)).end());
      last = undefined;
    });
  }

  function traced(call: HandlerCall, parent: Span): HandlerCall {
    const step = startStep(tracer, parent, call);
    working += 1;
    const over = (tell: () => void): void => {
      guard(WHERE, tell);
      guard(WHERE, () => step.end());
      working -= 1;
      settleLater();
    };
    const handler = watchHandler(
      call.handler,
      (value) => over(() => step.output(dataOf(value))),
      (error) =>
        over(() => {
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
 * Traces the runs of a plain workflow (`createWorkflow()`): one span a run, below it one a handler. Nothing of the workflow is replaced but its `createContext`, in place; events, results and errors stay what they
 * are. Handlers may be added before or after.
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
 */
export function traceWorkflow<T extends object>(workflow: T, options: TraceWorkflowOptions = {}): T {
  const name = options.name ?? 'workflow';
  patches.method(
    workflow,
    'createContext',
    (original) =>
      function createContext(this: object, ...args: unknown[]): unknown {
        const context = Reflect.apply(original, this, args);
        const tracer = options.tracer ?? followed ?? defaultTracer();
        const guard = createGuard(tracer);
        if (tracer.enabled) guard(WHERE, () => watchRuns(tracer, guard, name, bag(context)));
        return context;
      },
  );
  return workflow;
}
