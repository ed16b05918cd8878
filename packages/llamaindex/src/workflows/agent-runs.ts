/** Runs of agent workflows: `agent()`, `multiAgent()`. */

import type { Span, SpanOptions, Tracer } from '@spanline/core';
import { enterAgent, props, type Props, type Guard, text } from '@spanline/instrumentation';
import { toMessage } from '../components/messages.ts';
import { SCOPE } from '../tracing/scope.ts';
import { type HandlerCall, watchContext, watchHandler, withHandler } from './hooks.ts';

const WHERE = 'llamaindex agent';
const START = 'llamaindex-start';
const STOP = 'llamaindex-stop';

function readRun(workflow: object, start: unknown): SpanOptions {
  const { userInput, chatHistory } = props(start);
  const name = text(props(workflow)['rootAgentName']) ?? 'agent';
  return {
    scope: SCOPE,
    name: `invoke_agent ${name}`,
    type: 'agent',
    input: userInput ?? (Array.isArray(chatHistory) ? chatHistory.map(toMessage) : undefined),
    attributes: { 'gen_ai.agent.name': name },
  };
}

/** The agent that an event is for or from. The calls of its tools belong to it, also after a hand-over. */
function noteAgent(run: Span | undefined, event: unknown): void {
  const { currentAgentName, agentName } = props(props(event)['data']);
  const name = text(currentAgentName) ?? text(agentName);
  if (run !== undefined && name !== undefined) enterAgent(run, name);
}

/**
 * Traces the runs of one context of an agent workflow. A run begins and ends with the workflow's own events, not with
 * the stream that the caller gets: the workflow goes on if nobody reads.
 *
 * A handler that fails ends the run at once. The workflow never reports the failure to its caller, and Node ends the
 * process for the unhandled rejection.
 */
export function watchAgentRuns(tracer: Tracer, guard: Guard, workflow: object, context: Props): void {
  let run: Span | undefined;
  const failed = (error: unknown): void => guard(WHERE, () => run?.fail(error).end());
  const sent = (event: unknown): void => {
    const label = String(event);
    if (label === START && run?.isRecording !== true) run = tracer.startSpan(readRun(workflow, props(event)['data']));
    else noteAgent(run, event);
    if (label === STOP) run?.output(props(props(event)['data'])['result']).end();
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
    // A handler is started by another handler. Without the run, its spans would be children of the step that sent its
    // event.
    tracer.run(span, () => next(traced ?? call));
  };
  watchContext(context, { sent: (event) => guard(WHERE, () => sent(event)), handled });
}
