/** Common attributes of requests to the text APIs. */

import type { SpanAttributes } from '@spanline/core';
import {
  conditionsOf,
  type Props,
  props,
  list,
  number,
  type OfferedTool,
  stopSequences,
  text,
  toolDefinitions,
} from '@spanline/instrumentation';

/** A request to one of OpenAI's APIs. */
export interface ApiRequest {
  readonly client: object;
  /** Without version and query: `/chat/completions`. */
  readonly path: string;
  /** The application's body: an object or a form. */
  readonly body: Props;
  /** Provider and server of the client, and its deployment at Azure, which is the model that is asked. */
  readonly server: SpanAttributes;
}

/** Chat wraps each tool in `function`; the Responses API does not. */
function unwrapTool(tool: unknown): OfferedTool {
  const { type, function: wrapped } = props(tool);
  const { name, description, parameters } = props(wrapped ?? tool);
  return { type, name, description, parameters };
}

function outputType(body: Props): string | undefined {
  const format = text(props(body['response_format'] ?? props(body['text'])['format'])['type']);
  if (format?.startsWith('json') === true) return 'json';
  return list(body['modalities']).includes('audio') ? 'speech' : undefined;
}

/** Parameters, tools, and the conditions that a request asks for. */
export function requestAttributes(body: Props): SpanAttributes {
  const choices = number(body['n']);
  const attributes: SpanAttributes = {
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
    'gen_ai.request.reasoning.level': text(body['reasoning_effort']) ?? text(props(body['reasoning'])['effort']),
    'gen_ai.request.previous_response.id': text(body['previous_response_id']),
    'gen_ai.output.type': outputType(body),
    'gen_ai.tool.definitions': toolDefinitions(body['tools'] ?? body['functions'], unwrapTool),
  };
  return Object.assign(attributes, conditionsOf(body));
}
