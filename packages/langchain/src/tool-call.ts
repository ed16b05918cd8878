import { bag, text } from './bag.ts';
import { readable } from './messages.ts';

/** Arguments of a tool: LangChain hands them over as JSON text. */
export function readToolInput(input: unknown): unknown {
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
