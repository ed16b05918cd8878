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
import { configuredServer, deploymentOf } from './server.ts';
import { unwrapTools } from './tools.ts';

type Parameter =
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'maxCompletionTokens'
  | 'maxTokens'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'seed'
  | 'choices'
  | 'stop';

/** Parameters by the names that the providers and LangChain's clients have for them. */
const PARAMETERS: ReadonlyMap<string, Parameter> = new Map<string, Parameter>([
  ['temperature', 'temperature'],
  ['top_p', 'topP'],
  ['topP', 'topP'],
  ['top_k', 'topK'],
  ['topK', 'topK'],
  ['max_completion_tokens', 'maxCompletionTokens'],
  ['max_tokens', 'maxTokens'],
  ['max_output_tokens', 'maxTokens'],
  ['maxOutputTokens', 'maxTokens'],
  ['maxTokens', 'maxTokens'],
  ['num_predict', 'maxTokens'],
  ['frequency_penalty', 'frequencyPenalty'],
  ['frequencyPenalty', 'frequencyPenalty'],
  ['presence_penalty', 'presencePenalty'],
  ['presencePenalty', 'presencePenalty'],
  ['seed', 'seed'],
  ['randomSeed', 'seed'],
  ['random_seed', 'seed'],
  ['n', 'choices'],
  ['candidateCount', 'choices'],
  ['stop', 'stop'],
  ['stop_sequences', 'stop'],
  ['stopSequences', 'stop'],
]);

type Parameters = Partial<Record<Parameter, unknown>>;

/** Visiting the keys that are there costs less than looking for all names. */
function addParameters(found: Parameters, object: Props): void {
  for (const key in object) {
    const parameter = PARAMETERS.get(key);
    if (parameter !== undefined) found[parameter] ??= object[key];
  }
}

/** The parameters of the call: its own, and those that the API of Google, Bedrock or Ollama nests. */
function parametersOf(params: Props): Parameters {
  const found: Parameters = {};
  addParameters(found, params);
  addParameters(found, props(params['generationConfig']));
  addParameters(found, props(params['inferenceConfig']));
  addParameters(found, props(params['options']));
  return found;
}

function outputType(params: Props, google: Props): string | undefined {
  const { response_format: openai, responseFormat: mistral, text: responses, format: ollama } = params;
  const { output_format: anthropic, output_config: config } = params;
  const format = openai ?? mistral ?? props(responses)['format'] ?? anthropic ?? props(config)['format'];
  const type = text(props(format)['type'] ?? google['responseMimeType']) ?? (ollama ? 'json' : undefined);
  return type?.includes('json') === true ? 'json' : type?.replace(/^text\/plain$/, 'text');
}

/** The requested reasoning effort, in the provider's words. */
function reasoningLevel(params: Props, google: Props): string | undefined {
  const { reasoning_effort: chat, reasoning: responses, output_config: anthropic } = params;
  return text(
    chat ??
      props(responses)['effort'] ??
      props(anthropic)['effort'] ??
      props(google['thinkingConfig'])['thinkingLevel'],
  );
}

/** Facts of the call that are no plain parameters. */
function callAttributes(params: Props): SpanAttributes {
  const google = props(params['generationConfig']);
  return {
    'gen_ai.request.reasoning.level': reasoningLevel(params, google),
    'gen_ai.request.previous_response.id': text(params['previous_response_id']),
    'gen_ai.output.type': outputType(params, google),
    ...(isObject(params['prompt']) ? storedPromptAttributes(params['prompt']) : undefined),
    ...conditionsOf(params),
  };
}

function modelOf(serialized: unknown, params: Props, metadata: Props): string | undefined {
  const { model, model_name: snake, modelName: camel, model_id: id } = params;
  // Azure is asked for a deployment. The model is only the default of LangChain's class.
  return deploymentOf(serialized) ?? text(model ?? snake ?? camel ?? id ?? metadata['ls_model_name']);
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
  const found = parametersOf(params);
  const model = modelOf(serialized, params, metadata);
  const server = configuredServer(serialized);
  const host = server?.['server.address'];
  const choices = number(found.choices) ?? 1;
  const attributes: SpanAttributes = {
    'server.address': host,
    'server.port': server?.['server.port'],
    'gen_ai.provider.name': providerOf({ host, id: text(metadata['ls_provider']), className, model }),
    'gen_ai.request.model': model,
    'gen_ai.request.temperature': number(found.temperature) ?? number(metadata['ls_temperature']),
    'gen_ai.request.top_p': number(found.topP),
    'gen_ai.request.top_k': number(found.topK),
    'gen_ai.request.max_tokens':
      number(found.maxCompletionTokens ?? found.maxTokens) ?? number(metadata['ls_max_tokens']),
    'gen_ai.request.frequency_penalty': number(found.frequencyPenalty),
    'gen_ai.request.presence_penalty': number(found.presencePenalty),
    'gen_ai.request.seed': number(found.seed),
    'gen_ai.request.choice.count': choices === 1 ? undefined : choices,
    'gen_ai.request.stop_sequences': stopSequences(found.stop ?? options['stop'] ?? metadata['ls_stop']),
    'gen_ai.tool.definitions': toolDefinitions(
      params['tools'] ?? props(params['toolConfig'])['tools'] ?? params['functions'] ?? options['tools'],
      unwrapTools,
    ),
  };
  return { model, attributes: hasKeys(params) ? Object.assign(attributes, callAttributes(params)) : attributes };
}
