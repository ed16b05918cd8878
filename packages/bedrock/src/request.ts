/** Attributes of every request. */

import type { SpanAttributes } from '@spanline/core';
import { conditionsOf, type Props, text } from '@spanline/instrumentation';

/** Provider, model, and the conditions that a request asks for. */
export function modelAttributes(input: Props, isStreamed: boolean): SpanAttributes {
  const { modelId, serviceTier, performanceConfig, performanceConfigLatency } = input;
  return {
    'gen_ai.provider.name': 'aws.bedrock',
    'gen_ai.request.model': text(modelId),
    'gen_ai.request.stream': isStreamed ? true : undefined,
    ...conditionsOf({ serviceTier, performanceConfig: performanceConfig ?? performanceConfigLatency }),
  };
}
