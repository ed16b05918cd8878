/** Requests to `/v1/messages`. */

import type { SpanAttributes } from '@spanline/core';
import {
  conditionsOf,
  type Props,
  props,
  number,
  type OfferedTool,
  stopSequences,
  text,
  toMessages,
  toolDefinitions,
  toParts,
} from '@spanline/instrumentation';

/** Tools that Anthropic runs itself have a dated type. */
function unwrapTool(tool: unknown): OfferedTool {
  const { type, name, description, input_schema: parameters } = props(tool);
  return { type: type === 'custom' ? undefined : type, name, description, parameters };
}

function isJson(body: Props): boolean {
  return [props(body['output_config'])['format'], body['output_format']].some(
    (format) => props(format)['type'] === 'json_schema',
  );
}

/** Parameters, tools, messages, and the conditions that a request asks for. */
export function requestAttributes(body: Props): SpanAttributes {
  const { messages, system, stop_sequences: stop } = body;
  const attributes: SpanAttributes = {
    'gen_ai.request.model': text(body['model']),
    'gen_ai.request.max_tokens': number(body['max_tokens']),
    'gen_ai.request.temperature': number(body['temperature']),
    'gen_ai.request.top_p': number(body['top_p']),
    'gen_ai.request.top_k': number(body['top_k']),
    'gen_ai.request.stop_sequences': stopSequences(stop),
    'gen_ai.request.stream': body['stream'] === true ? true : undefined,
    'gen_ai.request.reasoning.level': text(props(body['output_config'])['effort']),
    'gen_ai.output.type': isJson(body) ? 'json' : undefined,
    'gen_ai.tool.definitions': toolDefinitions(body['tools'], unwrapTool),
    'gen_ai.system_instructions': system === undefined ? undefined : toParts(system),
    'gen_ai.input.messages': messages === undefined ? undefined : toMessages(messages),
  };
  return Object.assign(attributes, conditionsOf(body));
}
