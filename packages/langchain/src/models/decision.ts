/** Decision models. LangChain reports them as chains of the run type `llm`. */

import type { SpanAttributes } from '@spanline/core';
import { props, normalizeUsage, text, usageAttributes } from '@spanline/instrumentation';
import { readable } from '../objects/readable.ts';

/**
 * Reads the request. State and questions have no shape in OpenTelemetry's conventions.
 *
 * @param inputs - `{ state, questions }`
 */
export function readDecisionRequest(inputs: unknown): SpanAttributes {
  return { 'spanline.input': readable(inputs) };
}

/**
 * Reads the answer.
 *
 * @param outputs - `{ model, answers, usage_metadata, requestId }`
 */
export function readDecision(outputs: unknown): SpanAttributes {
  const { model, answers, usage_metadata: counted, requestId } = props(outputs);
  const usage = normalizeUsage(counted);
  return {
    'gen_ai.response.model': text(model),
    'spanline.provider.request_id': text(requestId),
    'spanline.output': readable(answers ?? outputs),
    ...(usage === undefined ? {} : usageAttributes(usage)),
  };
}
