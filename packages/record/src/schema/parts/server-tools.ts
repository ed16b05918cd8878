/** Calls of tools that the provider runs itself, and their results: a search, a file search, code, a server of MCP. */

import { props, type Props, text } from '../../values/props.ts';
import type { MessagePart, ServerToolDetails } from '../messages.ts';
import { isFailed, parsed, type ReadBlock, string, withoutEncrypted } from './block.ts';
import { mimeTypeOf } from './media.ts';
import { toolCall, toolResponse } from './tool-calls.ts';

function serverCall(id: unknown, name: string, details: ServerToolDetails): MessagePart {
  return {
    type: 'server_tool_call',
    ...(text(id) === undefined ? {} : { id: text(id) }),
    name,
    server_tool_call: details,
  };
}

function serverResult(id: unknown, details: ServerToolDetails, failed: boolean): MessagePart {
  return {
    type: 'server_tool_call_response',
    ...(text(id) === undefined ? {} : { id: text(id) }),
    server_tool_call_response: details,
    ...(failed ? { is_error: true } : {}),
  };
}

/** A call that the provider made of one of its tools. */
export function serverToolCall(id: unknown, name: string, input: unknown): MessagePart {
  return serverCall(id, name, { type: name, ...(input === undefined ? {} : { input: parsed(input) }) });
}

/** The result of such a call. */
export function serverToolResult(id: unknown, name: string, result: Props): MessagePart {
  return serverResult(id, { ...(withoutEncrypted(result) as Props), type: name }, isFailed(result));
}

/** Anthropic: `{ type: 'server_tool_use', id, name, input }`, and `mcp_tool_use` with the server. */
const readAnthropicCall: ReadBlock = ({ type, id, name: given, input, server_name: server }, parts) => {
  const name = text(given) ?? 'unknown';
  const details = {
    type: type === 'mcp_tool_use' ? 'mcp' : name,
    ...(text(server) === undefined ? {} : { server_name: server }),
    input: parsed(input),
  };
  parts.push(serverCall(id, name, details));
};

/** Anthropic: `{ type: 'web_search_tool_result', tool_use_id, content }`, one type for each tool. */
const readAnthropicResult: ReadBlock = (block, parts) => {
  const type = String(block['type']).replace(/_tool_result$/, '');
  const details = { type, content: withoutEncrypted(block['content']) };
  parts.push(serverResult(block['tool_use_id'], details, isFailed(block)));
};

/** LangChain: `{ type: 'server_tool_call', id, name, args }`. OpenTelemetry's shape is kept. */
const readServerCall: ReadBlock = (block, parts) => {
  if ('server_tool_call' in block) parts.push(block as MessagePart);
  else parts.push(serverToolCall(block['id'], text(block['name']) ?? 'unknown', block['args']));
};

const readServerResult: ReadBlock = (block, parts) => {
  const { toolCallId: id, output, status, name } = block;
  const details = { type: text(name) ?? 'unknown', ...(status === undefined ? {} : { status }), output };
  parts.push(serverResult(id, details, isFailed(block)));
};

/** Google: `{ executableCode: { language, code } }`. */
const readGoogleCode: ReadBlock = ({ executableCode }, parts) => {
  const { id, ...details } = props(executableCode);
  parts.push(serverCall(id, 'code_execution', { ...details, type: 'code_execution' }));
};

const readGoogleCodeResult: ReadBlock = ({ codeExecutionResult }, parts) => {
  const { id, ...details } = props(codeExecutionResult);
  parts.push(serverToolResult(id, 'code_execution', details));
};

/** Google: `{ toolCall: { id, toolType, args } }`. */
const readGoogleCall: ReadBlock = ({ toolCall: call }, parts) => {
  const { id, toolType, args } = props(call);
  parts.push(serverToolCall(id, text(toolType)?.toLowerCase() ?? 'unknown', args));
};

const readGoogleResult: ReadBlock = ({ toolResponse: result }, parts) => {
  const { id, toolType, response } = props(result);
  const details = { type: text(toolType)?.toLowerCase() ?? 'unknown', response };
  parts.push(serverResult(id, details, isFailed(props(response))));
};

/** The members of an item of OpenAI's Responses API that the tool returned. The others went into it. */
const RESULTS: ReadonlySet<string> = new Set(['results', 'outputs', 'output', 'error', 'result', 'tools']);

function imageOf({ result, output_format: format }: Props): MessagePart | undefined {
  const content = string(result);
  if (content === undefined || content === '') return undefined;
  const mime = mimeTypeOf('image', format);
  return { type: 'blob', modality: 'image', ...(mime === undefined ? {} : { mime_type: mime }), content };
}

/** A call that OpenAI has answered itself, in the same item. */
function addServerCall(item: Props, tool: string, parts: MessagePart[]): void {
  const { type: _, id, status, name, ...rest } = item;
  const input: Props = status === undefined ? {} : { status };
  const output: Props = {};
  for (const key of Object.keys(rest)) {
    const value = rest[key];
    if (value === undefined || value === null) continue;
    (RESULTS.has(key) ? output : input)[key] = key === 'arguments' ? parsed(value) : value;
  }
  const image = tool === 'image_generation' ? imageOf(item) : undefined;
  if (image !== undefined) delete output['result'];
  const failed = isFailed(item);
  parts.push(serverCall(id, text(name) ?? tool, { ...input, type: tool }));
  if (failed || Object.keys(output).length > 0) parts.push(serverResult(id, { ...output, type: tool }, failed));
  if (image !== undefined) parts.push(image);
}

/**
 * An item of OpenAI's Responses API whose type ends with `_call`. The application answers those with a `call_id`, such
 * as a click on a screen.
 */
const readResponsesCall: ReadBlock = (item, parts) => {
  const { type, id: _, call_id: callId, status: __, name, ...rest } = item;
  const tool = String(type).slice(0, -'_call'.length);
  if (text(callId) === undefined) addServerCall(item, tool, parts);
  else parts.push(toolCall(callId, name ?? tool, rest));
};

/** The application's answer to an item with a `call_id`. */
const readResponsesOutput: ReadBlock = (item, parts) => {
  const { type: _, id, call_id: callId, status: __, output, ...rest } = item;
  parts.push(toolResponse(callId ?? id, output ?? rest, isFailed(item)));
};

/** Readers by the type of a block, or by the key that names it. */
export const SERVER_TOOL_READERS: Readonly<Record<string, ReadBlock>> = {
  server_tool_use: readAnthropicCall,
  mcp_tool_use: readAnthropicCall,
  server_tool_call: readServerCall,
  server_tool_call_result: readServerResult,
  executableCode: readGoogleCode,
  codeExecutionResult: readGoogleCodeResult,
  toolCall: readGoogleCall,
  toolResponse: readGoogleResult,
};

/** Readers by the end of a block's type: each tool has a type of its own. */
export const SERVER_TOOL_SUFFIXES: readonly (readonly [suffix: string, read: ReadBlock])[] = [
  ['_tool_result', readAnthropicResult],
  ['_output', readResponsesOutput],
  ['_call', readResponsesCall],
];
