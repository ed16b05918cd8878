/** The ends of model calls: facts, usage, content and failure. */

import type { Span } from '@spanline/core';
import {
  attributesOf,
  type Guard,
  mostExact,
  normalizeUsage,
  observedUsage,
  props,
  text,
  type UsageContext,
  usageAttributes,
} from '@spanline/instrumentation';
import { type Failure, failureOf, UNKNOWN_FAILURE } from '../sdk/failure.ts';
import { answerFacts, answerMessages, promptMessages, wholeAnswer, wireFacts } from '../sdk/model-call.ts';
import { epochMsOf, interruptionOf, lateTime, type MastraSpan } from '../sdk/objects.ts';
import { usageOf } from '../sdk/usage.ts';
import { type AnsweredCall, asker, enclosing, type Recording, type Step, type Steps } from './step.ts';

function contextOf(span: Span): UsageContext {
  const known = attributesOf(span) ?? {};
  return {
    provider: known['gen_ai.provider.name'],
    model: known['gen_ai.response.model'] ?? known['gen_ai.request.model'],
  };
}

/** The request of a call: the first step has it whole on the generation, later ones as texts on the step. */
function questionOf(step: Step, source: MastraSpan): unknown {
  const { stepIndex } = props(source.attributes);
  const generation = enclosing('model_generation', step)?.latest.input;
  const given = enclosing('model_step', step)?.latest.input;
  return (stepIndex === 0 || stepIndex === undefined ? generation : given) ?? given ?? source.input;
}

/** Time to the first piece of a streamed answer, in seconds. */
function firstPieceSeconds({ firstPiece }: Step, { startTime }: MastraSpan): number | undefined {
  const started = epochMsOf(startTime);
  return started === undefined || firstPiece === undefined ? undefined : Math.max(0, firstPiece - started) / 1000;
}

/** Sets the facts of an answer, and the content of the call. */
function describeCall(span: Span, { step, source }: AnsweredCall, reason: string | undefined, guard: Guard): void {
  guard('mastra answer', () => span.set(answerFacts(source)));
  guard('mastra question', () => {
    const input = promptMessages(questionOf(step, source));
    if (input.length > 0) span.set({ 'gen_ai.input.messages': input });
  });
  guard('mastra messages', () => {
    const output = answerMessages(source.output, reason);
    if (output.length > 0) span.set({ 'gen_ai.output.messages': output });
  });
}

/** Sets the facts of the provider's answer that stand on the model step around a call. */
function describeWire(span: Span, step: Step, source: MastraSpan, around: MastraSpan): void {
  const facts = wireFacts(around);
  const known = attributesOf(span)?.['gen_ai.response.id'];
  span.set({
    ...facts,
    'gen_ai.response.id': known ?? facts['gen_ai.response.id'],
    'gen_ai.response.time_to_first_chunk':
      facts['gen_ai.request.stream'] === true ? firstPieceSeconds(step, source) : undefined,
  });
}

/**
 * Ends a model call. For some that fail, only the agent around them reports the reason: they stay open until it ends.
 *
 * @param around - the model step, which may have kept the provider's answer
 */
function finishCall({ steps, guard }: Recording, call: AnsweredCall, around: MastraSpan | undefined): void {
  const { step, source } = call;
  const span = steps.get(step.id)?.span;
  if (span === undefined) return;
  const reason = guard('mastra finish reason', () => text(props(source.attributes)['finishReason']));
  const failure = failureOf(source, guard);
  const isBroken = failure !== undefined || reason === undefined || reason === 'aborted' || reason === 'error';
  describeCall(span, call, reason, guard);
  if (around !== undefined) guard('mastra response', () => describeWire(span, step, source, around));
  const context = contextOf(span);
  const usage = mostExact([
    observedUsage(span, isBroken),
    guard('mastra whole answer', () => {
      const whole = around === undefined ? undefined : wholeAnswer(around);
      return whole === undefined ? undefined : normalizeUsage(whole, context);
    }),
    guard('mastra usage', () => usageOf(props(source.attributes)['usage'], context)),
  ]);
  if (usage !== undefined) span.set(usageAttributes(usage));
  const isAborted =
    reason === 'aborted' ||
    guard('mastra outcome', () => interruptionOf(source.output)) === 'aborted' ||
    (failure === undefined && reason === undefined && usage === undefined);
  const asking = asker(step);
  if (asking !== undefined) asking.isAborted = isAborted;
  const endTime = step.lastPiece ?? lateTime(source.endTime);
  if (reason === 'error' && failure === undefined && asking !== undefined && steps.get(asking.id) !== undefined) {
    asking.failed.push({ id: step.id, endTime: endTime ?? epochMsOf(source.endTime) ?? Date.now() });
    return;
  }
  steps.end(step.id);
  if (failure !== undefined || reason === 'error') span.fail(failure ?? UNKNOWN_FAILURE);
  span.end({ endTime, status: isAborted ? 'aborted' : undefined });
}

/** Ends a model call, or leaves it to the model step around it, which ends next and has more facts. */
export function endModelCall(recording: Recording, step: Step, source: MastraSpan): void {
  const { parent } = step;
  const call: AnsweredCall = { step, source };
  if (parent?.type === 'model_step' && recording.steps.get(parent.id) !== undefined) parent.answered.push(call);
  else finishCall(recording, call, undefined);
}

/** Ends the calls of a model step that ends. */
export function endAnsweredCalls(recording: Recording, { answered }: Step, around: MastraSpan): void {
  for (const call of answered.splice(0)) finishCall(recording, call, around);
}

/** Notes a piece of an answer. The results of tools come between pieces, and are none. */
export function notePiece(step: Step, { attributes, startTime, endTime }: MastraSpan): void {
  if (props(attributes)['chunkType'] === 'tool-result') return;
  step.firstPiece ??= epochMsOf(startTime);
  step.lastPiece = epochMsOf(endTime) ?? step.lastPiece;
}

/** Ends the failed calls inside of a step that reports the reason. */
export function endFailedCalls(steps: Steps, { failed }: Step, failure: Failure | undefined): void {
  for (const { id, endTime } of failed) {
    const span = steps.end(id)?.span;
    span?.fail(failure ?? UNKNOWN_FAILURE);
    span?.end({ endTime });
  }
}
