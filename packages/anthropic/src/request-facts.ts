import type { SpanAttributes, ToolDefinition } from '@spanline/core';
import { type Bag, bag, list, number, text, toMessages, toParts } from '@spanline/instrumentation';

/** Tools as the model was offered them; what Anthropic runs itself has a dated type. */
function toolDefinitions(tools: unknown): ToolDefinition[] | undefined {
  const offered = list(tools);
  if (offered.length === 0) return undefined;
  return offered.map((tool) => {
    const { type, name, description, input_schema: parameters } = bag(tool);
    return {
      type: text(type) === undefined || type === 'custom' ? 'function' : (type as string),
      name: text(name) ?? text(type) ?? '',
      ...(text(description) === undefined ? {} : { description: description as string }),
      ...(parameters === undefined ? {} : { parameters }),
    };
  });
}

function isJson(body: Bag): boolean {
  return [bag(body['output_config'])['format'], body['output_format']].some(
    (format) => bag(format)['type'] === 'json_schema',
  );
}

/** What a request for a message asks for, and what goes in. */
export function requestFacts(body: Bag): SpanAttributes {
  const { messages, system, stop_sequences: stop } = body;
  return {
    'gen_ai.request.model': text(body['model']),
    'gen_ai.request.max_tokens': number(body['max_tokens']),
    'gen_ai.request.temperature': number(body['temperature']),
    'gen_ai.request.top_p': number(body['top_p']),
    'gen_ai.request.top_k': number(body['top_k']),
    'gen_ai.request.stop_sequences': list(stop).length === 0 ? undefined : list(stop).map(String),
    'gen_ai.request.stream': body['stream'] === true ? true : undefined,
    'gen_ai.request.reasoning.level': text(bag(body['output_config'])['effort']),
    'gen_ai.output.type': isJson(body) ? 'json' : undefined,
    'gen_ai.tool.definitions': toolDefinitions(body['tools']),
    'gen_ai.system_instructions': system === undefined ? undefined : toParts(system),
    'gen_ai.input.messages': messages === undefined ? undefined : toMessages(messages),
  };
}
