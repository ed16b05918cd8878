/** Records tool calls that failed without a run, once each. */

import type { Span, SpanAttributes } from '@spanline/core';
import type { Run } from '@spanline/instrumentation';
import { BoundedMap } from '@spanline/record';
import type { OpenRuns } from '../runs/open-runs.ts';
import type { RunData } from '../runs/run-data.ts';
import { toolCallOf, failedCalls } from './failed-tool-calls.ts';

/** The last 10,000 calls are always kept. */
const MAX_CALLS = 20_000;
const MAX_NAMES = 100;

function keyOf(span: Span, callId: string): string {
  return `${span.traceId} ${callId}`;
}

/** Knows which tool calls have a span. */
export class ToolCalls {
  readonly #seen = new BoundedMap<string, true>(MAX_CALLS);
  readonly #identified = new WeakSet<Span>();

  /** Marks a call as recorded by `span`. */
  recorded(span: Span, callId: string | undefined): void {
    if (callId === undefined) return;
    this.#identified.add(span);
    this.#seen.set(keyOf(span, callId), true);
  }

  /** Marks a failed tool by name: LangChain before 1.0 does not report the id of its call. */
  failed(run: Run<RunData> | undefined, outer: Run<RunData> | undefined): void {
    if (run === undefined || outer === undefined || this.#identified.has(run.span)) return;
    const failed = (outer.data.failedTools ??= []);
    if (failed.length < MAX_NAMES) failed.push(run.span.name);
  }

  /** Records the failed calls in the output of a graph node that have no span yet. */
  recordWithoutRun(runs: OpenRuns, { span, data }: Run<RunData>, outputs: unknown): void {
    if (data.nodeInput === undefined) return;
    for (const { id, name = 'tool', message } of failedCalls(outputs, data.nodeInput)) {
      const key = keyOf(span, id);
      if (this.#seen.has(key)) continue;
      this.#seen.set(key, true);
      const index = data.failedTools?.indexOf(`execute_tool ${name}`) ?? -1;
      if (index >= 0) {
        data.failedTools?.splice(index, 1);
        continue;
      }
      const attributes: SpanAttributes = {
        'gen_ai.tool.name': name,
        'gen_ai.tool.type': 'function',
        'gen_ai.tool.call.id': id,
      };
      const input = toolCallOf(data.nodeInput, id)['args'];
      const options = { name: `execute_tool ${name}`, type: 'tool', input, attributes } as const;
      runs.startInstant(span, options).fail({ name: 'ToolError', message }).end();
    }
  }
}
