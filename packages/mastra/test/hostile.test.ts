/** Spans of Mastra with values that cannot be read, where the application or the model hands them over. */

import { describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineBridge } from '@spanline/mastra';
import { runs } from '../../../test/support/effort.ts';
import { HOSTILE } from '../../core/test/hostile-values.ts';

const IDS = { id: '00f067aa0ba902b7', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' };
const ALL_TYPES = [
  'agent_run',
  'model_inference',
  'tool_call',
  'rag_vector_operation',
  'workflow_run',
  'workflow_step',
  'model_generation',
  'rag_embedding',
  'rag_action',
  'generic',
];
const TYPES = ALL_TYPES.slice(0, runs(4, ALL_TYPES.length));

const KEY_THAT_THROWS = {
  threadId: 'chat-1',
  fine: 'yes',
  get broken(): never {
    throw new Error('refused');
  },
};
/** One of each kind. Long runs take all. */
const KINDS: ReadonlySet<string> = new Set([
  'a bigint',
  'a symbol',
  'null',
  'a revoked proxy',
  'a proxy that refuses',
  'an object that cannot be text',
  'a circular object',
  '10 MB of text',
  'lone surrogates',
  '__proto__ as a key',
]);
const VALUES: readonly (readonly [name: string, value: unknown])[] = [
  ...HOSTILE.filter(([name]) => runs(KINDS.has(name), true)),
  ['a key that throws', KEY_THAT_THROWS],
];

const FACTS = [
  'model',
  'provider',
  'usage',
  'internalUsage',
  'parameters',
  'finishReason',
  'conversationId',
  'toolCallId',
  'status',
  'mcpServer',
  'tripwireAbort',
  'availableTools',
  'operation',
  'indexName',
  'topK',
];

/** A hostile value at each place of a span. */
const PLACES: Readonly<Record<string, (value: unknown) => object>> = {
  'the input and the output': (value) => ({ input: value, output: value }),
  'a part of the output': (value) => ({ output: { text: value, object: value, status: value, toolCalls: value } }),
  messages: (value) => ({ input: { messages: [value, { role: value, content: value }] } }),
  metadata: (value) => ({ metadata: value }),
  'a key of the metadata': (value) => ({ metadata: { threadId: value, key: value } }),
  tags: (value) => ({ tags: value }),
  'a tag': (value) => ({ tags: [value] }),
  'names and types': (value) => ({ name: value, entityName: value, entityId: value }),
  attributes: (value) => ({ attributes: value }),
  'each attribute': (value) => ({ attributes: Object.fromEntries(FACTS.map((key) => [key, value])) }),
  'steps that were selected': (value) => ({ attributes: { conditionCount: 1, selectedSteps: [value] } }),
  'an error': (value) => ({ errorInfo: value }),
  'the parts of an error': (value) => ({ errorInfo: { message: value, name: value, stack: value, details: value } }),
  times: (value) => ({ startTime: value, endTime: value }),
};

/** Reports a span from its start to its end, and one piece of an answer inside of it. */
async function report(tracer: Tracer, type: string, parts: object): Promise<void> {
  const bridge = new SpanlineBridge({ tracer });
  const span = { name: 'step', startTime: new Date(), isEvent: false, ...IDS, type, ...parts } as never as {
    readonly id: string;
  };
  const chunk = { ...span, id: '00f067aa0ba902b8', parentSpanId: IDS.id, type: 'model_chunk' };
  const events = [
    ['span_started', span],
    ['span_updated', span],
    ['span_started', chunk],
    ['span_ended', chunk],
    ['span_ended', span],
  ] as const;
  for (const [event, exportedSpan] of events)
    await bridge.exportTracingEvent({ type: event, exportedSpan: exportedSpan as never });
}

describe.each(VALUES)('%s', (_name, value) => {
  it.each(Object.entries(PLACES))('as %s costs no span its line', async (_place, hostile) => {
    for (const type of TYPES) {
      const log = memoryLog();
      const tracer = createTracer({ logger: log.logger, capture: 'full', statsIntervalSeconds: 0 });
      await report(tracer, type, hostile(value));
      expect(tracer.stats().open, type).toBe(0);
      expect(log.records().length, type).toBeGreaterThan(0);
      expect(log.records().at(-1), type).toMatchObject({ span_id: IDS.id, trace_id: IDS.traceId });
      for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
    }
  });
});

it('types with the names of prototypes are types like any other', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const types = ['__proto__', 'constructor', 'toString'];
  for (const [index, type] of types.entries()) await report(tracer, type, { id: `00f067aa0ba902c${index}` });
  expect(log.records().map((record) => [record['span.type'], record['span.name']])).toEqual(
    types.map(() => ['task', 'step']),
  );
  expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
});

it('two tracers each have a line of a span that is reported to both', async () => {
  const logs = [memoryLog(), memoryLog()];
  for (const log of logs) {
    const tracer = createTracer({ logger: log.logger, capture: 'full', statsIntervalSeconds: 0 });
    await report(tracer, 'tool_call', { entityName: 'look', input: KEY_THAT_THROWS });
  }
  for (const log of logs) expect(log.records()).toMatchObject([{ span_id: IDS.id, 'span.name': 'execute_tool look' }]);
});
