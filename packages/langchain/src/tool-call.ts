import type { Span } from '@spanline/core';
import { bag, text } from '@spanline/instrumentation';
import { first } from './first.ts';
import { readable } from './messages.ts';
import { classNameOf } from './names.ts';
import type { OpenRuns } from './open-runs.ts';
import { USUAL } from './run-data.ts';
import type { Start } from './start.ts';

/** Arguments of a tool: LangChain hands them over as JSON text. */
function readToolInput(input: unknown): unknown {
  if (typeof input !== 'string') return readable(input);
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

/** What a tool gave. */
export interface ToolOutput {
  readonly result: unknown;
  readonly callId: string | undefined;
  /** Tools that handle their own errors end well, with a message that says it failed. */
  readonly error: { name: string; message: string } | undefined;
}

/** Reads a tool's output: a plain value, or the `ToolMessage` it is put into. */
export function readToolOutput(output: unknown): ToolOutput {
  const message = bag(output);
  const callId = text(message['tool_call_id']);
  if (callId === undefined) return { result: readable(output), callId, error: undefined };
  const { content } = message;
  const failed = message['status'] === 'error';
  const error = failed
    ? { name: 'ToolError', message: typeof content === 'string' ? content : 'the tool failed' }
    : undefined;
  return { result: readable(content), callId, error };
}

/** What `handleToolStart` is given about the tool itself. */
export interface ToolStart {
  readonly tool: unknown;
  readonly input: unknown;
  readonly runName: unknown;
  readonly toolCallId: unknown;
}

/** Starts a tool. */
export function startTool(
  runs: OpenRuns,
  start: Start,
  { tool, input, runName, toolCallId }: ToolStart,
): Span | undefined {
  const name = text(runName) ?? text(first(bag(tool)['name'], classNameOf(tool))) ?? 'tool';
  const callId = text(toolCallId);
  const attributes = {
    'gen_ai.tool.name': name,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': callId,
  } as const;
  const options = { name: `execute_tool ${name}`, type: 'tool', attributes } as const;
  return runs.begin(start, options, { ...USUAL, call: callId })?.input(readToolInput(input));
}
