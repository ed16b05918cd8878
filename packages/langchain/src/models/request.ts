/** Reads the request of a model call: model, provider, parameters, tools, server. */

import type { SpanAttributes } from '@spanline/core';
import {
  conditionsOf,
  hasKeys,
  type Props,
  isObject,
  props,
  number,
  providerOf,
  stopSequences,
  storedPromptAttributes,
  text,
  toolDefinitions,
} from '@spanline/instrumentation';
import { first } from '../objects/first.ts';
import { configuredServer, deploymentOf } from './server.ts';
import { unwrapTools } from './tools.ts';

/** The objects that hold parameters: the call's, and those that the API of Google, Bedrock or Ollama nests. */
function parameterObjects(params: Props): readonly Props[] {
  const { generationConfig, inferenceConfig, options } = params;
  return [params, props(generationConfig), props(inferenceConfig), props(options)].filter(hasKeys);
}

function outputType(params: Props, google: Props): string | undefined {
  const { response_format: openai, responseFormat: mistral, text: responses, format: ollama } = params;
  const { output_format: anthropic, output_config: config } = params;
  const format = first(openai, mistral, props(responses)['format'], anthropic, props(config)['format']);
  const type = text(first(props(format)['type'], google['responseMimeType'])) ?? (ollama ? 'json' : undefined);
  return type?.includes('json') === true ? 'json' : type?.replace(/^text\/plain$/, 'text');
}

const MAX_TOKENS: readonly string[] = [
  'max_completion_tokens',
  'max_tokens',
  'max_output_tokens',
  'maxOutputTokens',
  'maxTokens',
  'num_predict',
];

/** The requested reasoning effort, in the provider's words. */
function reasoningLevel(params: Props, google: Props): string | undefined {
  const { reasoning_effort: chat, reasoning: responses, output_config: anthropic } = params;
  const levels = [
    chat,
    props(responses)['effort'],
    props(anthropic)['effort'],
    props(google['thinkingConfig'])['thinkingLevel'],
  ];
  return text(first(...levels));
}

/** Adds the service tier and the region that the call asks for, if it does. */
function withConditions(params: Props, attributes: SpanAttributes): SpanAttributes {
  return Object.assign(attributes, conditionsOf(params));
}

/** A model call at its start. */
export interface ModelRequest {
  readonly model: string | undefined;
  readonly attributes: SpanAttributes;
}

/**
 * Reads a model call at its start.
 *
 * @param serialized - the component that is called
 * @param extra - `{ options, invocation_params }`
 */
export function readModelRequest(
  serialized: unknown,
  extra: unknown,
  metadata: Props,
  className: string | undefined,
): ModelRequest {
  const params = props(props(extra)['invocation_params']);
  const options = props(props(extra)['options']);
  const objects = parameterObjects(params);
  const google = props(params['generationConfig']);
  const find = (...keys: string[]): unknown => {
    for (const object of objects) {
      for (const key of keys) {
        const value = object[key];
        if (value !== undefined && value !== null) return value;
      }
    }
    return undefined;
  };
  const pick = (...keys: string[]): number | undefined => number(find(...keys));
  // Azure is asked for a deployment. The model is only the default of LangChain's class.
  const model =
    deploymentOf(serialized) ??
    text(
      first(params['model'], params['model_name'], params['modelName'], params['model_id'], metadata['ls_model_name']),
    );
  const server = configuredServer(serialized);
  const host = server?.['server.address'];
  const choices = pick('n', 'candidateCount') ?? 1;
  return {
    model,
    attributes: withConditions(params, {
      'server.address': host,
      'server.port': server?.['server.port'],
      'gen_ai.provider.name': providerOf({ host, id: text(metadata['ls_provider']), className, model }),
      'gen_ai.request.model': model,
      'gen_ai.request.temperature': pick('temperature') ?? number(metadata['ls_temperature']),
      'gen_ai.request.top_p': pick('top_p', 'topP'),
      'gen_ai.request.top_k': pick('top_k', 'topK'),
      'gen_ai.request.max_tokens': pick(...MAX_TOKENS) ?? number(metadata['ls_max_tokens']),
      'gen_ai.request.frequency_penalty': pick('frequency_penalty', 'frequencyPenalty'),
      'gen_ai.request.presence_penalty': pick('presence_penalty', 'presencePenalty'),
      'gen_ai.request.seed': pick('seed', 'randomSeed', 'random_seed'),
      'gen_ai.request.choice.count': choices === 1 ? undefined : choices,
      'gen_ai.request.stop_sequences': stopSequences(
        first(find('stop', 'stop_sequences', 'stopSequences'), options['stop'], metadata['ls_stop']),
      ),
      'gen_ai.request.reasoning.level': reasoningLevel(params, google),
      'gen_ai.request.previous_response.id': text(params['previous_response_id']),
      'gen_ai.output.type': outputType(params, google),
      'gen_ai.tool.definitions': toolDefinitions(
        first(params['tools'], props(params['toolConfig'])['tools'], params['functions'], options['tools']),
        unwrapTools,
      ),
      ...(isObject(params['prompt']) ? storedPromptAttributes(params['prompt']) : {}),
    }),
  };
}
