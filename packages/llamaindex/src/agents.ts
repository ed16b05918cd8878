import type { Span, SpanOptions, Tracer } from '@spanline/core';
import { bag, type Bag, type Guard, text } from '@spanline/instrumentation';
import type { TracedCall } from './call.ts';
import { type HandlerCall, watchContext, watchHandler, withHandler } from './handler-hooks.ts';
import { toMessage } from './llm.ts';
import { SCOPE } from './scope.ts';

const WHERE = 'llamaindex agent';
const START = 'llamaindex-start';
const STOP = 'llamaindex-stop';

function readRun(workflow: object, start: unknown): SpanOptions {
  const { userInput, chatHistory } = bag(start);
  const name = text(bag(workflow)['rootAgentName']) ?? 'agent';
  return {
    scope: SCOPE,
    name: `invoke_agent ${name}`,
    type: 'agent',
    input: userInput ?? (Array.isArray(chatHistory) ? chatHistory.map(toMessage) : undefined),
    attributes: { 'gen_ai.agent.name': name },
  };
}

/**
 * Traces the runs of one context of an agent workflow. A run begins and ends with the workflow's own events, not with the stream that the caller gets: the workflow goes on when nobody reads. A handler
 * that fails ends the run at once: the workflow never tells its caller, and Node ends the process for the unhandled rejection.
 */
export function watchRuns(tracer: Tracer, guard: Guard, workflow: object, context: Bag): void {
  let run: Span | undefined;
  const failed = (error: unknown): void => guard(WHERE, () => run?.fail(error).end());
  const sent = (event: unknown): void => {
    const label = String(event);
    if (label === START && run?.isRecording !== true) run = tracer.startSpan(readRun(workflow, bag(event)['data']));
    else if (label === STOP) run?.output(bag(bag(event)['data'])['result']).end();
  };
  const handled = (call: HandlerCall, next: (call: HandlerCall) => void): void => {
    const span = run;
    if (span?.isRecording !== true) return next(call);
    const traced = guard(WHERE, () =>
      withHandler(
        call,
        watchHandler(call.handler, () => undefined, failed),
      ),
    );
    // Handlers are started by other handlers: without the run they would stand below whatever step sent their event.
    tracer.run(span, () => next(traced ?? call));
  };
  watchContext(context, { sent: (event) => guard(WHERE, () => sent(event)), handled });
}

/** What an agent's step gave: a message, or what it wants to be called. */
function describeStep(span: Span, value: unknown): void {
  const { response } = bag(value);
  if (response !== undefined) span.output([toMessage(response)]);
}

/** A call of `agent.takeStep(context, state, messages, tools)`: one turn of one agent. */
export function readStep(agent: object): TracedCall {
  const { name, description } = agent as Bag;
  return {
    options: {
      scope: SCOPE,
      name: `step ${text(name) ?? 'agent'}`,
      type: 'chain',
      attributes: { 'gen_ai.agent.name': text(name), 'gen_ai.agent.description': text(description) },
    },
    output: describeStep,
  };
}
