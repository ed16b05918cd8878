/** Spans of clients. */

import type { SpanOptions } from '@spanline/core';
import type { SpanAttributes, SpanType } from '@spanline/record';

/** The span of a client's call, named after its operation and model. */
export function clientSpan(operation: string, type: SpanType, attributes: SpanAttributes): SpanOptions {
  const { 'gen_ai.request.model': model } = attributes;
  const name = model === undefined ? operation : `${operation} ${model}`;
  return { name, type, kind: 'CLIENT', attributes };
}
