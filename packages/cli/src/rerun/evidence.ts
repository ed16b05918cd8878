/** One model call with the recorded searches and tools around it, as the lines of a trace that evaluators read. */
import type { SpanRecord } from '@spanline/record';
import type { RecordedModelCall, Recording } from '@spanline/replay';

const EVIDENCE: ReadonlySet<string> = new Set(['retriever', 'reranker', 'tool']);

/**
 * Makes the trace. Both sides of a comparison have the same searches and tools: those that began before the recorded
 * call.
 *
 * @param line - the call, recorded or new: its ids are those that scores get
 */
export function callTrace(
  line: SpanRecord,
  { record, messages }: RecordedModelCall,
  recording: Recording,
): readonly SpanRecord[] {
  const { parent_span_id: _, ...root } = line;
  const isRecorded = line.span_id === record.span_id;
  // A recorded request may refer to messages on other lines.
  const whole = isRecorded ? { ...root, 'gen_ai.input.messages': JSON.stringify(messages ?? []) } : root;
  const before = recording.spans.filter(
    (span) =>
      EVIDENCE.has(span['span.type'] ?? '') &&
      span['event.name'] === 'span.end' &&
      (span['event.start'] ?? '') <= (record['event.start'] ?? ''),
  );
  return [...before.map((span) => ({ ...span, trace_id: line.trace_id, parent_span_id: line.span_id })), whole];
}
