import type { SpanAttributes } from '@spanline/core';
import { bag, normalizeUsage, text, usageAttributes } from '@spanline/instrumentation';
import { first } from './first.ts';
import { readable } from './messages.ts';

/**
 * What a decision model is asked: LangChain reports it as a chain of the run type `llm`. Its state and its questions have no shape in OpenTelemetry's conventions.
 *
 * @param inputs - `{ state, questions }`
 */
export function readDecisionRequest(inputs: unknown): SpanAttributes {
  return { 'spanline.input': readable(inputs) };
}

/**
 * What a decision model answered.
 *
 * @param outputs - `{ model, answers, usage_metadata, requestId }`
 */
export function readDecision(outputs: unknown): SpanAttributes {
  const { model, answers, usage_metadata: counted, requestId } = bag(outputs);
  const usage = normalizeUsage(counted);
  return {
    'gen_ai.response.model': text(model),
    'spanline.provider.request_id': text(requestId),
    'spanline.output': readable(first(answers, outputs)),
    ...(usage === undefined ? {} : usageAttributes(usage)),
  };
}
