/** Requests of Cohere's `chat`, in both versions of the API. */

import { isObject, list, number, props, type Props, type SpanAttributes, text, toMessages } from '@spanline/record';
import { type OfferedTool, stopSequences, toolDefinitions } from '../provider/request-values.ts';

const ROLES: Readonly<Record<string, string>> = {
  USER: 'user',
  CHATBOT: 'assistant',
  SYSTEM: 'system',
  TOOL: 'tool',
};

/** Version 1 has the arguments of a call as `parameters`. */
export function legacyCalls(calls: unknown): object[] {
  return list(calls)
    .filter(isObject)
    .map((call) => {
      const { name, parameters } = props(call);
      return { type: 'function', function: { name, arguments: parameters } };
    });
}

/** Results of tools, each beside its call. */
function toolMessages(results: unknown): object[] {
  return list(results).map((result) => {
    const { call, outputs } = props(result);
    return { role: 'tool', name: props(call)['name'], content: outputs };
  });
}

/** Version 1 has what was said before apart from the question, in words of its own. */
function historyMessages(history: unknown): object[] {
  return list(history).flatMap((entry): object[] => {
    const { role, message, tool_calls: calls, tool_results: results } = props(entry);
    if (results !== undefined) return toolMessages(results);
    const known = ROLES[String(role)] ?? 'user';
    return [{ role: known, content: message, ...(calls === undefined ? {} : { tool_calls: legacyCalls(calls) }) }];
  });
}

function messagesOf({ messages, message, chat_history: history, tool_results: results }: Props): unknown {
  if (messages !== undefined) return messages;
  const asked = text(message) === undefined ? [] : [{ role: 'user', content: message }];
  return [...historyMessages(history), ...asked, ...toolMessages(results)];
}

function unwrapTool(tool: unknown): OfferedTool {
  const { type, function: wrapped } = props(tool);
  const { name, description, parameters, parameter_definitions: definitions } = props(wrapped ?? tool);
  return { type, name, description, parameters: parameters ?? definitions };
}

/** Attributes of a request. */
export function chatAttributes(body: Props): SpanAttributes {
  const { preamble } = body;
  const system = text(preamble);
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': text(body['model']),
    'gen_ai.request.temperature': number(body['temperature']),
    'gen_ai.request.top_p': number(body['p']),
    'gen_ai.request.top_k': number(body['k']),
    'gen_ai.request.max_tokens': number(body['max_tokens']),
    'gen_ai.request.frequency_penalty': number(body['frequency_penalty']),
    'gen_ai.request.presence_penalty': number(body['presence_penalty']),
    'gen_ai.request.seed': number(body['seed']),
    'gen_ai.request.stop_sequences': stopSequences(body['stop_sequences']),
    'gen_ai.request.stream': body['stream'] === true ? true : undefined,
    'gen_ai.tool.definitions': toolDefinitions(body['tools'], unwrapTool),
    ...(system === undefined ? {} : { 'gen_ai.system_instructions': [{ type: 'text', content: system }] }),
    'gen_ai.input.messages': toMessages(messagesOf(body)),
  };
}
