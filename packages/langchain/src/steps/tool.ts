/** Tools: their arguments and results. */

import type { Span, SpanAttributes } from '@spanline/core';
import { props, text } from '@spanline/instrumentation';
import { serializedClass } from '../objects/names.ts';
import { readable } from '../objects/readable.ts';
import type { RunStart } from '../objects/run-start.ts';
import type { OpenRuns } from '../runs/open-runs.ts';
import { DEFAULT_TRAITS } from '../runs/run-data.ts';

/** Arguments of a tool, which LangChain passes as JSON text. */
function readToolInput(input: unknown): unknown {
  if (typeof input !== 'string') return readable(input);
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

/** The result of a tool. */
interface ToolOutput {
  readonly result: unknown;
  readonly callId: string | undefined;
  /** A tool that handles its own errors ends normally, with a message of status `error`. */
  readonly error: { name: string; message: string } | undefined;
}

/** Reads a tool's output: a plain value, or a `ToolMessage`. */
function readToolOutput(output: unknown): ToolOutput {
  const message = props(output);
  const callId = text(message['tool_call_id']);
  if (callId === undefined) return { result: readable(output), callId, error: undefined };
  const { content } = message;
  const failed = message['status'] === 'error';
  const error = failed
    ? { name: 'ToolError', message: typeof content === 'string' ? content : 'the tool failed' }
    : undefined;
  return { result: readable(content), callId, error };
}

/** Arguments of `handleToolStart` about the tool itself. */
export interface ToolStart {
  readonly tool: unknown;
  readonly input: unknown;
  readonly runName: unknown;
  readonly toolCallId: unknown;
}

/** Starts a tool. */
export function startTool(runs: OpenRuns, start: RunStart, given: ToolStart): Span | undefined {
  const { tool, input, runName, toolCallId } = given;
  const name = text(runName) ?? text(props(tool)['name'] ?? serializedClass(tool)) ?? 'tool';
  const callId = text(toolCallId);
  const attributes = {
    'gen_ai.tool.name': name,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': callId,
  } as const satisfies SpanAttributes;
  const options = { name: `execute_tool ${name}`, type: 'tool', attributes } as const;
  return runs.start(start, options, { ...DEFAULT_TRAITS, retryKey: callId })?.input(readToolInput(input));
}

/**
 * Sets the result of a tool.
 *
 * @returns the id of the call, if the result has it
 */
export function describeToolEnd(span: Span, output: unknown): string | undefined {
  const { result, callId, error } = readToolOutput(output);
  span.set({ 'gen_ai.tool.call.id': callId }).output(result);
  if (error !== undefined) span.fail(error);
  return callId;
}
