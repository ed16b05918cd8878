import type { Span, SpanOptions } from '@spanline/core';
import type { Run } from '@spanline/instrumentation';
import { calledWith, failedCalls } from './failed-calls.ts';
import type { RunData } from './run-data.ts';

/** A failed tool call: the span it gets, and what it failed with. */
export interface FailedTool {
  readonly options: SpanOptions;
  readonly error: { readonly name: string; readonly message: string };
}

const MAX_CALLS = 10_000;
const MAX_NAMES = 100;

/** Which tool calls had a run, so that those that failed without one can be told. */
export class ToolCalls {
  readonly #seen = new Set<string>();
  readonly #identified = new WeakSet<Span>();

  /** The call has a span, or gets one. */
  hasRun(span: Span, callId: string | undefined): void {
    if (callId === undefined) return;
    this.#identified.add(span);
    this.#remember(span, callId);
  }

  #remember(span: Span, callId: string): void {
    this.#seen.add(`${span.traceId} ${callId}`);
    if (this.#seen.size <= MAX_CALLS) return;
    const [oldest] = this.#seen;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }

  /** A tool with a run of its own failed inside of another. Versions before 1.0 do not tell the id of its call; the name has to do. */
  failed(run: Run<RunData> | undefined, outer: Run<RunData> | undefined): void {
    if (run === undefined || outer === undefined || this.#identified.has(run.span)) return;
    const failed = (outer.data.failedTools ??= []);
    if (failed.length < MAX_NAMES) failed.push(run.span.name);
  }

  /** The calls that a graph's node answered with an error by itself: LangChain runs neither an unknown tool nor one with invalid arguments. */
  withoutRun(outputs: unknown, { span, data }: Run<RunData>): FailedTool[] {
    if (data.nodeInput === undefined) return [];
    const tools: FailedTool[] = [];
    for (const { id, name = 'tool', message } of failedCalls(outputs, data.nodeInput)) {
      if (this.#seen.has(`${span.traceId} ${id}`)) continue;
      this.#remember(span, id);
      const told = data.failedTools?.indexOf(`execute_tool ${name}`) ?? -1;
      if (told >= 0) {
        data.failedTools?.splice(told, 1);
        continue;
      }
      const attributes = { 'gen_ai.tool.name': name, 'gen_ai.tool.type': 'function', 'gen_ai.tool.call.id': id };
      const input = calledWith(data.nodeInput, id)['args'];
      tools.push({
        options: { name: `execute_tool ${name}`, type: 'tool', input, attributes },
        error: { name: 'ToolError', message },
      });
    }
    return tools;
  }
}
