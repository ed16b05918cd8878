/** Reads the calls of a trace from its lines. */
import {
  contentFaults,
  createReconstruction,
  hasNoContent,
  list,
  type Message,
  parseContent,
  parseLine,
  type RetrievedDocument,
  type SpanRecord,
  SpanlineError,
  type ToolDefinition,
} from '@spanline/record';
import type { RecordedCall, RecordedModelCall } from './recorded-call.ts';

/** The calls of one trace, in the order of their starts. */
export interface Recording {
  readonly traceId: string;
  readonly calls: readonly RecordedCall[];
  /** All of its spans. */
  readonly spans: readonly SpanRecord[];
}

/** One line for each span: content that is kept apart is put back. */
function spansOf(lines: Iterable<string | object>, wanted: string | undefined): Map<string, SpanRecord> {
  const spans = new Map<string, SpanRecord>();
  for (const line of lines) {
    const parsed = parseLine(line);
    if (parsed?.kind !== 'span') continue;
    const { record } = parsed;
    if (record.span_id === undefined || (wanted !== undefined && record.trace_id !== wanted)) continue;
    const known = spans.get(record.span_id);
    const isEnd = record['event.name'] === 'span.end';
    spans.set(record.span_id, isEnd ? { ...known, ...record } : { ...record, ...known });
  }
  return spans;
}

const parsed = (value: string | undefined): unknown => (value === undefined ? undefined : parseContent(value));

function instructionsOf(record: SpanRecord): Message[] {
  const parts = parsed(record['gen_ai.system_instructions']);
  return Array.isArray(parts) ? [{ role: 'system', parts: parts as Message['parts'] }] : [];
}

type Common = Pick<RecordedModelCall, 'record' | 'spanId' | 'name' | 'isRedacted' | 'faults'>;

function modelCall(common: Common, input: unknown, output: unknown): RecordedModelCall {
  const { record } = common;
  const given = input === undefined || hasNoContent(record) ? undefined : (list(input) as readonly Message[]);
  return {
    kind: 'model',
    ...common,
    model: record['gen_ai.request.model'],
    messages: given === undefined ? undefined : [...instructionsOf(record), ...given],
    tools: list(parsed(record['gen_ai.tool.definitions'])) as readonly ToolDefinition[],
    parameters: {
      temperature: record['gen_ai.request.temperature'],
      topP: record['gen_ai.request.top_p'],
      maxTokens: record['gen_ai.request.max_tokens'],
      seed: record['gen_ai.request.seed'],
      stop: record['gen_ai.request.stop_sequences'],
    },
    answers: list(output) as readonly Message[],
  };
}

const nameOf = (record: SpanRecord): string => (record['span.name'] ?? '').replace(/^(?:execute_tool|retrieval) /, '');

function callOf(record: SpanRecord, restore: ReturnType<typeof createReconstruction>): RecordedCall | undefined {
  const spanId = record.span_id ?? '';
  const content = restore(spanId);
  const common: Common = {
    record,
    spanId,
    name: record['gen_ai.tool.name'] ?? nameOf(record),
    isRedacted: (record['spanline.redactions'] ?? 0) > 0,
    faults: contentFaults(record, content?.missing),
  };
  switch (record['span.type']) {
    case 'llm':
      return modelCall(common, content?.input, content?.output);
    case 'tool':
      return { kind: 'tool', ...common, arguments: content?.input, result: content?.output };
    case 'retriever': {
      const documents = parsed(record['gen_ai.retrieval.documents']);
      const query = record['gen_ai.retrieval.query.text'] ?? record['spanline.input'];
      const own = Array.isArray(documents) ? (documents as readonly RetrievedDocument[]) : undefined;
      return { kind: 'retriever', ...common, query, documents: own };
    }
    default:
      return undefined;
  }
}

/**
 * Reads a trace.
 *
 * @param traceId - which one, where there are several
 * @throws SpanlineError `ERR_INVALID_RECORDING` for lines of no trace or of several
 */
export function readRecording(lines: Iterable<string | object>, traceId?: string): Recording {
  const all = [...lines];
  const spans = [...spansOf(all, traceId).values()];
  const traces = new Set(spans.map((record) => record.trace_id));
  if (traces.size !== 1) {
    const problem =
      traces.size === 0
        ? `there is no span${traceId === undefined ? '' : ` of the trace ${traceId}`} in the lines`
        : `there are ${traces.size} traces in the lines; name one with "traceId"`;
    throw new SpanlineError({ code: 'ERR_INVALID_RECORDING', problem });
  }
  const ordered = spans.toSorted((a, b) => ((a['event.start'] ?? '') < (b['event.start'] ?? '') ? -1 : 1));
  // A framework's call around the call of a client is one request.
  const outer = new Set(
    ordered.filter((record) => record['span.type'] === 'llm').map((record) => record.parent_span_id),
  );
  const leaves = ordered.filter((record) => record['span.type'] !== 'llm' || !outer.has(record.span_id));
  const restore = createReconstruction(all);
  return {
    traceId: ordered[0]?.trace_id ?? '',
    spans: ordered,
    calls: leaves.flatMap((record) => callOf(record, restore) ?? []),
  };
}
