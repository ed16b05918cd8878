/** A model call: data of `response` and `generation` spans as attributes. */

import type { Message, SpanAttributes } from '@spanline/core';
import {
  conditionsOf,
  isObject,
  list,
  mostExact,
  type NormalizedUsage,
  normalizeUsage,
  number,
  type OfferedTool,
  type Props,
  props,
  responseParts,
  serverAttributes,
  text,
  toolDefinitions,
  toParts,
  type UsageContext,
  wholeChoice,
} from '@spanline/instrumentation';
import { promptMessages } from './messages.ts';

/** The id that the SDK writes where a stream has named none. */
const NO_ID = 'FAKE_ID';

/** All that the data of a model call say. */
export interface ReadCall {
  readonly attributes: SpanAttributes;
  readonly input: Message[];
  readonly output: Message[];
  /** The answer of the provider; `undefined` if the application keeps it from traces. */
  readonly answer: Props | undefined;
}

function idOf(id: unknown): string | undefined {
  return id === NO_ID ? undefined : text(id);
}

function unwrapTool(tool: unknown): OfferedTool {
  const { type, name, description, parameters } = props(tool);
  return { type, name, description, parameters };
}

/** The Responses API answers with the settings of the request. */
function settingsOf(answer: Props): SpanAttributes {
  const { format } = props(answer['text']);
  return {
    'gen_ai.request.temperature': number(answer['temperature']),
    'gen_ai.request.top_p': number(answer['top_p']),
    'gen_ai.request.max_tokens': number(answer['max_output_tokens']),
    'gen_ai.request.reasoning.level': text(props(answer['reasoning'])['effort']),
    'gen_ai.request.previous_response.id': text(answer['previous_response_id']),
    'gen_ai.output.type': text(props(format)['type'])?.startsWith('json') === true ? 'json' : undefined,
    'gen_ai.tool.definitions': toolDefinitions(answer['tools'], unwrapTool),
    ...conditionsOf(answer),
  };
}

function readResponse({ response_id: id, _input: input, _response: response }: Props): ReadCall {
  const given = promptMessages(input);
  if (!isObject(response)) {
    const attributes: SpanAttributes = { 'gen_ai.provider.name': 'openai', 'gen_ai.response.id': text(id) };
    return { attributes, input: given, output: [], answer: undefined };
  }
  const answer = props(response);
  const { instructions, status, model } = answer;
  const reason = text(props(answer['incomplete_details'])['reason']) ?? text(status);
  const parts = responseParts(answer);
  return {
    attributes: {
      ...settingsOf(answer),
      'gen_ai.provider.name': 'openai',
      'gen_ai.response.id': text(answer['id']) ?? text(id),
      'gen_ai.response.model': text(model),
      'gen_ai.response.status': text(status),
      'gen_ai.response.finish_reasons': reason === undefined ? undefined : [reason],
      ...(text(instructions) === undefined ? {} : { 'gen_ai.system_instructions': toParts(instructions) }),
    },
    input: given,
    output: parts.length === 0 ? [] : [{ role: 'assistant', parts }],
    answer,
  };
}

function readGeneration({ model, model_config: config, input, output }: Props): ReadCall {
  const settings = props(config);
  const [first] = list(output);
  const answer = isObject(first) ? props(first) : undefined;
  const choices = list(answer?.['choices']).map((choice) => wholeChoice(choice, answer ?? {}));
  const reasons = choices.flatMap(({ reason }) => reason ?? []);
  const baseUrl = text(settings['base_url']);
  return {
    attributes: {
      'gen_ai.provider.name': answer?.['object'] === 'chat.completion' ? 'openai' : undefined,
      ...(baseUrl === undefined ? {} : serverAttributes(baseUrl, 'openai')),
      'gen_ai.request.model': text(model),
      'gen_ai.request.temperature': number(settings['temperature']),
      'gen_ai.request.top_p': number(settings['top_p']),
      'gen_ai.request.frequency_penalty': number(settings['frequency_penalty']),
      'gen_ai.request.presence_penalty': number(settings['presence_penalty']),
      'gen_ai.request.reasoning.level': text(settings['reasoning_effort']),
      'gen_ai.response.id': idOf(answer?.['id']),
      'gen_ai.response.model': text(answer?.['model']),
      'gen_ai.response.finish_reasons': reasons.length === 0 ? undefined : reasons,
    },
    input: promptMessages(input),
    output: choices.map(({ message, reason }) =>
      reason === undefined ? message : { ...message, finish_reason: reason },
    ),
    answer,
  };
}

/** Reads the data of a model call. */
export function readCall(data: Props): ReadCall {
  return data['type'] === 'response' ? readResponse(data) : readGeneration(data);
}

/** The SDK fills zeros in where a provider has counted nothing. */
function isCounted(answer: unknown): boolean {
  const { usage } = props(answer);
  return Object.values(props(usage)).some((count) => typeof count === 'number' && count > 0);
}

/**
 * The usage of a model call. Of three reports the most exact one counts: the provider's answer, the counts that a model
 * of another provider wrote on the span, the answer that a wrapped client saw.
 */
export function usageOfCall(
  answer: unknown,
  { usage }: Props,
  context: UsageContext,
  observed: NormalizedUsage | undefined,
): NormalizedUsage | undefined {
  return mostExact([
    observed,
    isCounted(answer) ? normalizeUsage(answer, context) : undefined,
    isCounted({ usage }) ? normalizeUsage(usage, context) : undefined,
  ]);
}

/** The usage of a turn, in which the SDK has counted the calls that the application keeps from traces. */
export function usageOfTurn({ usage }: Props, context: UsageContext): NormalizedUsage | undefined {
  if (!isCounted({ usage })) return undefined;
  const { input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens } = props(usage);
  const details = { cached_tokens: cached_input_tokens, cache_write_tokens: cache_write_input_tokens };
  return normalizeUsage({ input_tokens, output_tokens, input_tokens_details: details }, context);
}
