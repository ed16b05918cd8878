/** Calls of the application's tools, and their results. */

import { props, text } from '../../values/props.ts';
import type { MessagePart } from '../messages.ts';
import { isFailed, parsed, type ReadBlock } from './block.ts';

/** A call of one of the application's tools. */
export function toolCall(id: unknown, name: unknown, args: unknown): MessagePart {
  return {
    type: 'tool_call',
    ...(text(id) === undefined ? {} : { id: text(id) }),
    name: text(name) ?? '',
    ...(args === undefined ? {} : { arguments: parsed(args) }),
  };
}

/** The result of one of the application's tools. */
export function toolResponse(id: unknown, response: unknown, failed: boolean): MessagePart {
  return {
    type: 'tool_call_response',
    ...(text(id) === undefined ? {} : { id: text(id) }),
    response,
    ...(failed ? { is_error: true } : {}),
  };
}

/** OpenTelemetry's own shape has `arguments`, LangChain's `args`. */
const readToolCall: ReadBlock = (block, parts) => {
  parts.push('arguments' in block ? (block as MessagePart) : toolCall(block['id'], block['name'], block['args']));
};

const readToolUse: ReadBlock = ({ id, name, input }, parts) => void parts.push(toolCall(id, name, input));

/** OpenAI's chat: `{ type: 'function', function }`, `{ type: 'custom', custom }`. */
const readChatCall: ReadBlock = ({ id, function: called, custom }, parts) => {
  const { name, arguments: args, input } = props(called ?? custom);
  parts.push(toolCall(id, name, args ?? input));
};

const readFunctionCall: ReadBlock = (block, parts) => {
  const { id, call_id: callId, name, arguments: args, input } = block;
  parts.push(toolCall(callId ?? id, name, args ?? input));
};

const readToolResult: ReadBlock = (block, parts) => {
  parts.push(toolResponse(block['tool_use_id'], block['content'], isFailed(block)));
};

const readGoogleCall: ReadBlock = ({ functionCall }, parts) => {
  const { id, name, args } = props(functionCall);
  parts.push(toolCall(id, name, args));
};

const readGoogleResult: ReadBlock = ({ functionResponse }, parts) => {
  const { id, name, response } = props(functionResponse);
  parts.push(toolResponse(id ?? name, response, isFailed(props(response))));
};

/** Readers by the type of a block, or by the key that names it. */
export const TOOL_CALL_READERS: Readonly<Record<string, ReadBlock>> = {
  tool_call: readToolCall,
  tool_use: readToolUse,
  function: readChatCall,
  custom: readChatCall,
  function_call: readFunctionCall,
  custom_tool_call: readFunctionCall,
  tool_result: readToolResult,
  functionCall: readGoogleCall,
  functionResponse: readGoogleResult,
};
