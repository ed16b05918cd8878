/** Traces as a data set: a line of JSON for each, with input and output of its last model call, and the scores. */

import type { Trace } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import type { TraceRow } from '../../contract/index.ts';
import { present } from './present.ts';
import { contentOf, restore } from './span.ts';

/** The span with most facts: the last model call, else the root. */
function mainSpan({ spans, roots }: Trace): SpanRecord | undefined {
  return spans.findLast((record) => record['span.type'] === 'llm') ?? roots[0]?.item.record;
}

/** The line of one trace; `undefined` if it has no span. */
function lineOf(trace: Trace, { scores = [] }: Pick<TraceRow, 'scores'>): string | undefined {
  const record = mainSpan(trace);
  if (record?.span_id === undefined) return undefined;
  const { input, output } = restore(contentOf(trace), record.span_id);
  const facts = {
    model: record['gen_ai.response.model'] ?? record['gen_ai.request.model'],
    promptVersion: record['gen_ai.prompt.version'],
    error: record['error.type'],
  };
  return JSON.stringify({
    input,
    output,
    scores: Object.fromEntries(scores.map(({ name, value }) => [name, value])),
    metadata: { traceId: record.trace_id, spanId: record.span_id, ...present(facts) },
  });
}

/** The lines of traces. @param find - reads a trace */
export async function toDataset(
  rows: readonly Pick<TraceRow, 'traceId' | 'scores'>[],
  find: (traceId: string) => Promise<Trace | undefined>,
): Promise<{ readonly text: string; readonly count: number }> {
  const lines: string[] = [];
  for (const row of rows) {
    const trace = await find(row.traceId);
    const line = trace && lineOf(trace, row);
    if (line !== undefined) lines.push(line);
  }
  return { text: lines.map((line) => `${line}\n`).join(''), count: lines.length };
}
