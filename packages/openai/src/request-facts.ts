import type { SpanAttributes, ToolDefinition } from '@spanline/core';
import { type Bag, bag, list, number, text } from '@spanline/instrumentation';

/** Tools as the model was offered them: chat wraps each in `function`, responses does not; what OpenAI runs itself is named after its type. */
function toolDefinitions(tools: unknown): ToolDefinition[] | undefined {
  const offered = list(tools);
  if (offered.length === 0) return undefined;
  return offered.map((tool) => {
    const { type, function: wrapped } = bag(tool);
    const { name, description, parameters } = bag(wrapped ?? tool);
    return {
      type: text(type) ?? 'function',
      name: text(name) ?? text(type) ?? '',
      ...(text(description) === undefined ? {} : { description: description as string }),
      ...(parameters === undefined ? {} : { parameters }),
    };
  });
}

function stopSequences(stop: unknown): readonly string[] | undefined {
  if (typeof stop === 'string') return [stop];
  return Array.isArray(stop) && stop.length > 0 ? stop.map(String) : undefined;
}

function outputType(body: Bag): string | undefined {
  const format = text(bag(body['response_format'] ?? bag(body['text'])['format'])['type']);
  if (format?.startsWith('json') === true) return 'json';
  return list(body['modalities']).includes('audio') ? 'speech' : undefined;
}

/** What a request to a model asks for, whichever of the text APIs it goes to. */
export function requestFacts(body: Bag): SpanAttributes {
  const choices = number(body['n']);
  return {
    'gen_ai.request.model': text(body['model']),
    'gen_ai.request.temperature': number(body['temperature']),
    'gen_ai.request.top_p': number(body['top_p']),
    'gen_ai.request.max_tokens':
      number(body['max_completion_tokens']) ?? number(body['max_output_tokens']) ?? number(body['max_tokens']),
    'gen_ai.request.frequency_penalty': number(body['frequency_penalty']),
    'gen_ai.request.presence_penalty': number(body['presence_penalty']),
    'gen_ai.request.seed': number(body['seed']),
    'gen_ai.request.choice.count': choices === 1 ? undefined : choices,
    'gen_ai.request.stop_sequences': stopSequences(body['stop']),
    'gen_ai.request.stream': body['stream'] === true ? true : undefined,
    'gen_ai.request.reasoning.level': text(body['reasoning_effort']) ?? text(bag(body['reasoning'])['effort']),
    'gen_ai.request.previous_response.id': text(body['previous_response_id']),
    'gen_ai.output.type': outputType(body),
    'gen_ai.tool.definitions': toolDefinitions(body['tools'] ?? body['functions']),
  };
}
