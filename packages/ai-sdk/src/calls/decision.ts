/** Questions that a model decides: `experimental_decide`. */

import type { Message, Span, SpanAttributes } from '@spanline/core';
import { type Props, text } from '@spanline/instrumentation';
import { answerFacts, answerUsage } from '../objects/answer.ts';
import type { Hidden } from '../objects/hidden.ts';
import { toParts } from '../objects/parts.ts';
import { requestAttributes } from '../objects/request.ts';
import { spanOptions, type Tracing } from '../tracing.ts';
import type { OperationPlace } from './steps.ts';

/** A message of JSON. */
const jsonMessage = (role: string, value: unknown, before: Message['parts'] = []): Message => ({
  role,
  parts: [...before, { type: 'text', content: JSON.stringify(value) }],
});

/** The state, a text, parts or an object, and the questions about it. */
function questionMessages({ state, questions }: Props): Message[] {
  const isContent = typeof state === 'string' || Array.isArray(state);
  return [
    isContent ? jsonMessage('user', questions, toParts(state, false)) : jsonMessage('user', { state, questions }),
  ];
}

/** Starts the span of a decision. The SDK sends a request that fails again inside of it, and reports no attempt. */
export function startDecision(tracing: Tracing, event: Props, { hidden, ...place }: OperationPlace): Span {
  const { tracer, guard } = tracing;
  const attributes: SpanAttributes = {
    'gen_ai.operation.name': 'decide',
    ...requestAttributes(event),
    'gen_ai.output.type': 'json',
  };
  const name = `decide ${attributes['gen_ai.request.model'] ?? 'model'}`;
  const span = tracer.startSpan(spanOptions(tracing, { name, type: 'llm', attributes, ...place }));
  if (!hidden.inputs) guard('messages', () => span.set({ 'gen_ai.input.messages': questionMessages(event) }));
  return span;
}

/** Sets the facts, the usage and the answers of a decision. */
export function describeDecision(span: Span, event: Props, { outputs }: Hidden): void {
  const { answers, provider, modelId } = event;
  span.set(answerFacts(event));
  span.set(answerUsage(event, { provider: text(provider), model: text(modelId) }, undefined));
  if (!outputs) span.set({ 'gen_ai.output.messages': [jsonMessage('assistant', answers)] });
}
