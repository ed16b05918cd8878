import type { JsonValue, NormalizedSpan, SimpleHarnessResult, UsageSummary } from 'vitest-evals';
/** A run of an item in the words of vitest-evals. */
import type { SpanRecord } from '@spanline/record';
import type { DatasetItem } from '../dataset/item.ts';
import type { ItemRun } from './recorder.ts';

const KINDS: Readonly<Record<string, NormalizedSpan['kind']>> = {
  agent: 'agent',
  llm: 'model',
  tool: 'tool',
  guardrail: 'guardrail',
};

const defined = <T extends object>(members: T): T =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;

function toSpan(record: SpanRecord): NormalizedSpan {
  const attributes = Object.entries(record).filter(([key]) => /^(?:gen_ai|spanline\.cost)\./.test(key));
  return defined({
    id: record.span_id,
    traceId: record.trace_id,
    parentId: record.parent_span_id,
    name: record['span.name'] ?? '',
    kind: record.parent_span_id === undefined ? 'run' : (KINDS[record['span.type'] ?? ''] ?? 'custom'),
    startedAt: record['event.start'],
    durationMs: record.duration_ms,
    status: record['span.status'] === 'error' ? 'error' : 'ok',
    error: record['error.message'] === undefined ? undefined : { message: record['error.message'] },
    attributes: Object.fromEntries(attributes) as Record<string, JsonValue>,
  }) as NormalizedSpan;
}

function usageOf(spans: readonly SpanRecord[]): UsageSummary {
  const root = spans.find((record) => record.parent_span_id === undefined);
  const call = spans.find((record) => record['span.type'] === 'llm');
  return defined({
    provider: call?.['gen_ai.provider.name'],
    model: call?.['gen_ai.response.model'] ?? call?.['gen_ai.request.model'],
    inputTokens: root?.['spanline.rollup.input_tokens'],
    outputTokens: root?.['spanline.rollup.output_tokens'],
    toolCalls: spans.filter((record) => record['span.type'] === 'tool').length,
  }) as UsageSummary;
}

/** Content as the tracer captured it: the report says no more than the log. */
function captured(text: string | undefined): JsonValue {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/** Converts a run. */
export function toHarnessResult(item: DatasetItem, repetition: number, run: ItemRun): SimpleHarnessResult {
  const { spans, traceId } = run;
  const root = spans.find((record) => record.parent_span_id === undefined);
  const [input, output] = [captured(root?.['spanline.input']), captured(root?.['spanline.output'])];
  return {
    output,
    events: [
      { type: 'message', role: 'user', content: input ?? '' },
      { type: 'message', role: 'assistant', content: output ?? '' },
    ],
    usage: usageOf(spans),
    traces: [{ id: traceId, name: item.id, spans: spans.map(toSpan) }],
    artifacts: { trace_id: traceId, item: item.id, repetition },
  };
}
