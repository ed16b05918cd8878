/** `/v1/messages/batches/{id}/results`: the answers of a batch, line by line. */

import type { SpanAttributes } from '@spanline/core';
import {
  addUsage,
  type AnswerReader,
  BoundedMap,
  type ClientCall,
  normalizeUsage,
  props,
  sharedState,
  text,
  usageAttributes,
} from '@spanline/instrumentation';

type Usage = NonNullable<ReturnType<typeof normalizeUsage>>;

const PATH = /\/v1\/messages\/batches\/([^/?]+)\/results(?:\?|$)/;

/** Limit of batches that are remembered. */
const MAX_BATCHES = 10_000;

/** Batches whose usage is recorded, by id, of all clients of the process. */
const recorded = sharedState('anthropic.batches', () => new BoundedMap<string, true>(MAX_BATCHES));

/** Sums the answers of each model, which has a price of its own. Nothing of their content is kept. */
function createResultsReader(id: string): AnswerReader {
  const outcomes: Record<string, number> = {};
  const usages = new Map<string | undefined, Usage>();
  const line = (model: string | undefined, usage: Usage): SpanAttributes => ({
    'gen_ai.response.id': id,
    'gen_ai.response.model': model,
    'spanline.cost.tier': 'batch',
    ...usageAttributes(usage),
  });
  return {
    whole: () => ({}),
    chunk(result): 'event' {
      const { type, message } = props(props(result)['result']);
      const outcome = text(type) ?? 'unknown';
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      const model = text(props(message)['model']);
      const billed = normalizeUsage(result, { provider: 'anthropic' });
      if (billed !== undefined) usages.set(model, addUsage(usages.get(model), billed));
      return 'event';
    },
    gathered(): SpanAttributes {
      const models = [...usages.keys()].filter((model) => model !== undefined);
      const [first] = usages;
      return {
        'gen_ai.response.id': id,
        'spanline.output': { id, outcomes, models },
        ...(first === undefined ? {} : line(...first)),
      };
    },
    more: () => [...usages].slice(1).map(([model, usage]) => line(model, usage)),
  };
}

/**
 * Reads a request for the results of a batch; `undefined` for any other path. The sum of its answers is billed once,
 * with a line for each model: when they have been read to their end for the first time.
 */
export function readBatchResults(path: string, server: SpanAttributes): ClientCall | undefined {
  const id = PATH.exec(path)?.[1];
  if (id === undefined) return undefined;
  return {
    span: {
      name: 'messages.batches.results',
      type: 'llm',
      kind: 'CLIENT',
      attributes: { ...server, 'gen_ai.operation.name': 'fetch_batch' },
    },
    reader: createResultsReader(id),
    isDecoded: true,
    isWritten(attributes, isBroken): boolean {
      if (isBroken || attributes['gen_ai.usage.input_tokens'] === undefined || recorded.has(id)) return false;
      recorded.set(id, true);
      return true;
    },
  };
}
