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

/** Sums the answers. Nothing of their content is kept. */
function createResultsReader(id: string): AnswerReader {
  const outcomes: Record<string, number> = {};
  const models = new Set<string>();
  let usage: Usage | undefined;
  return {
    whole: () => ({}),
    chunk(line): 'event' {
      const { type, message } = props(props(line)['result']);
      const outcome = text(type) ?? 'unknown';
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      const model = text(props(message)['model']);
      if (model !== undefined) models.add(model);
      const billed = normalizeUsage(line, { provider: 'anthropic' });
      if (billed !== undefined) usage = addUsage(usage, billed);
      return 'event';
    },
    gathered(): SpanAttributes {
      return {
        'gen_ai.response.id': id,
        'gen_ai.response.model': models.size === 1 ? [...models][0] : undefined,
        'spanline.cost.tier': 'batch',
        'spanline.output': { id, outcomes, models: [...models] },
        ...(usage === undefined ? {} : usageAttributes(usage)),
      };
    },
  };
}

/**
 * Reads a request for the results of a batch; `undefined` for any other path. The sum of its answers is billed once:
 * when they have been read to their end for the first time.
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
