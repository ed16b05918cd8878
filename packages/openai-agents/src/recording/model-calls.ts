/** The ends of model calls: facts, usage and content, and the question and answer of the agent around them. */

import type { Span, SpanAttributes } from '@spanline/core';
import {
  attributesOf,
  epochMs,
  type NormalizedUsage,
  observedUsage,
  props,
  type RunRegistry,
  type UsageContext,
  usageAttributes,
} from '@spanline/instrumentation';
import { failureOf } from '../sdk/failure.ts';
import { questionOf, textOf } from '../sdk/messages.ts';
import { type ReadCall, readCall, usageOfCall, usageOfTurn } from '../sdk/model-call.ts';
import { type AgentsSpan, lateTime } from '../sdk/objects.ts';
import { enclosing, type Step } from './step.ts';

/** Open traces and spans. */
export type Steps = RunRegistry<Step>;

function contextOf(span: Span): UsageContext {
  const known = attributesOf(span) ?? {};
  return {
    provider: known['gen_ai.provider.name'],
    model: known['gen_ai.response.model'] ?? known['gen_ai.request.model'],
  };
}

const usageFacts = (usage: NormalizedUsage | undefined): SpanAttributes =>
  usage === undefined ? {} : usageAttributes(usage);

/** Sets the facts. Those that a wrapped client has set, it knows better. */
function setFacts(span: Span, { attributes, input, output }: ReadCall): void {
  const known = attributesOf(span) ?? {};
  const { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model } = known;
  if (provider !== undefined) attributes['gen_ai.provider.name'] = provider;
  if (model !== undefined) attributes['gen_ai.request.model'] = model;
  if (input.length > 0) attributes['gen_ai.input.messages'] = input;
  if (output.length > 0) attributes['gen_ai.output.messages'] = output;
  span.set(attributes);
  const { 'gen_ai.request.model': asked, 'gen_ai.response.model': answered } = attributesOf(span) ?? {};
  const name = asked ?? answered;
  if (name !== undefined) span.updateName(`chat ${name}`);
}

/** The question of an agent's first model call is the agent's, and the answer of its last one. So it is for a trace. */
function describeAround(steps: Steps, { parent }: Step, { input, output }: ReadCall, isAborted: boolean): void {
  for (const around of [enclosing('agent', parent), enclosing('trace', parent)]) {
    const span = around === undefined ? undefined : steps.get(around.id)?.span;
    if (around === undefined || span === undefined) continue;
    around.isAborted = isAborted;
    const question = around.isAsked ? undefined : questionOf(input);
    if (question !== undefined) {
      around.isAsked = true;
      span.input(question);
    }
    const answer = textOf(output.at(-1));
    if (answer !== undefined) span.output(answer);
  }
}

/**
 * Ends a model call. The SDK reports no error of a stream that its reader left or aborted, and no answer either. Of a
 * call that the application keeps from traces, only its turn reports usage: it stays open until the turn ends.
 */
export function endModelCall(steps: Steps, step: Step, span: Span, source: AgentsSpan): void {
  const read = readCall(props(source.spanData));
  setFacts(span, read);
  const usage = usageOfCall(read.answer, props(source.spanData), contextOf(span), observedUsage(span));
  span.set(usageFacts(usage));
  const failure = failureOf(source);
  const isOpenEnded = usage === undefined && failure === undefined && read.answer === undefined;
  const isAborted = isOpenEnded && read.input.length > 0;
  describeAround(steps, step, read, isAborted);
  const endTime = lateTime(source.endedAt);
  const turn = enclosing('turn', step.parent);
  if (isOpenEnded && !isAborted && turn !== undefined) {
    turn.uncounted.push({ id: step.id, endTime: endTime ?? epochMs(span) });
    return;
  }
  steps.end(step.id);
  if (failure !== undefined) span.fail(failure);
  span.end({ endTime, status: isAborted ? 'aborted' : undefined });
}

/** Ends the model calls whose usage the turn reports: if there is one, it is the turn's. */
export function endTurn(steps: Steps, { uncounted, parent }: Step, source: AgentsSpan): void {
  for (const { id, endTime } of uncounted) {
    const span = steps.end(id)?.span;
    if (span === undefined) continue;
    const usage = usageOfTurn(props(source.spanData), contextOf(span));
    if (uncounted.length === 1) span.set(usageFacts(usage));
    const isAborted = usage === undefined;
    for (const around of [enclosing('agent', parent), enclosing('trace', parent)]) {
      if (around !== undefined) around.isAborted = isAborted;
    }
    span.end({ endTime, status: isAborted ? 'aborted' : undefined });
  }
}
