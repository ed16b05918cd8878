import type { Span, SpanAttributes } from '@spanline/core';
import { type Bag, bag, number, text } from '@spanline/instrumentation';
import { first } from './first.ts';
import { classNameOf } from './names.ts';
import type { OpenRuns } from './open-runs.ts';
import { nameAttributes, promptName } from './prompts.ts';
import { USUAL } from './run-data.ts';
import type { Start } from './start.ts';
import { toolDefinitions } from './tool-definitions.ts';

/** LangChain's `ls_provider` where OpenTelemetry's `gen_ai.provider.name` differs. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  azure_openai: 'azure.ai.openai',
  amazon_bedrock: 'aws.bedrock',
  bedrock: 'aws.bedrock',
  google: 'gcp.gen_ai',
  google_genai: 'gcp.gemini',
  google_gemini: 'gcp.gemini',
  google_vertexai: 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  xai: 'x_ai',
  watsonx: 'ibm.watsonx.ai',
  ibm: 'ibm.watsonx.ai',
};

function providerOf(metadata: Bag, className: string | undefined): string | undefined {
  const provider = text(metadata['ls_provider'])?.toLowerCase();
  if (provider !== undefined) return PROVIDERS[provider] ?? provider;
  return className?.includes('OpenAI') ? 'openai' : undefined;
}

function strings(value: unknown): string[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
}

/** Where clients keep parameters: beside the model, or in the object that the provider's API wants them in. */
function placesOf(params: Bag): readonly Bag[] {
  const { generationConfig, inferenceConfig, options } = params;
  return [params, bag(generationConfig), bag(inferenceConfig), bag(options)].filter(isFilled);
}

/** To look for keys in what has none is dearer than to see that it has none. */
function isFilled(place: Bag): boolean {
  for (const _ in place) return true;
  return false;
}

function outputType(params: Bag, google: Bag): string | undefined {
  const { response_format: openai, responseFormat: mistral, text: responses, format: ollama } = params;
  const { output_format: anthropic, output_config: config } = params;
  const format = first(openai, mistral, bag(responses)['format'], anthropic, bag(config)['format']);
  const type = text(first(bag(format)['type'], google['responseMimeType'])) ?? (ollama ? 'json' : undefined);
  return type?.includes('json') === true ? 'json' : type?.replace(/^text\/plain$/, 'text');
}

interface Server {
  readonly address: string;
  readonly port: number;
}

const MAX_SERVERS = 100;
const servers = new Map<string, Server>();

/** An application has few addresses, and parsing one takes longer than reading all else. */
function parseServer(url: string): Server | undefined {
  const known = servers.get(url);
  if (known !== undefined || !URL.canParse(url)) return known;
  const { hostname, port, protocol } = new URL(url);
  const defaultPort = protocol === 'http:' ? 80 : 443;
  const server = { address: hostname, port: port === '' ? defaultPort : Number(port) };
  if (servers.size < MAX_SERVERS) servers.set(url, server);
  return server;
}

/** The endpoint, where the component tells one. */
function serverOf(serialized: unknown): Server | undefined {
  const kwargs = bag(bag(serialized)['kwargs']);
  const { configuration, base_url: snake, baseURL, baseUrl, anthropic_api_url: anthropic } = kwargs;
  const { server_url: mistral, endpoint, azure_openai_endpoint: azure } = kwargs;
  const given = [bag(configuration)['baseURL'], snake, baseURL, baseUrl, anthropic, mistral, endpoint, azure];
  const url = text(given.find((address) => text(address) !== undefined));
  return url === undefined ? undefined : parseServer(url);
}

const MAX_TOKENS: readonly string[] = [
  'max_completion_tokens',
  'max_tokens',
  'max_output_tokens',
  'maxOutputTokens',
  'maxTokens',
  'num_predict',
];

/** How hard the model is asked to think, in the provider's words. */
function reasoningLevel(params: Bag, google: Bag): string | undefined {
  const { reasoning_effort: chat, reasoning: responses, output_config: anthropic } = params;
  const levels = [
    chat,
    bag(responses)['effort'],
    bag(anthropic)['effort'],
    bag(google['thinkingConfig'])['thinkingLevel'],
  ];
  return text(first(...levels));
}

/** What is known of a model call when it starts. */
export interface ModelCall {
  readonly model: string | undefined;
  readonly attributes: SpanAttributes;
}

/**
 * Reads a model call from what LangChain hands over at its start.
 *
 * @param serialized - the component
 * @param extra - `{ options, invocation_params }`
 */
export function readModelCall(
  serialized: unknown,
  extra: unknown,
  metadata: Bag,
  className: string | undefined,
): ModelCall {
  const params = bag(bag(extra)['invocation_params']);
  const options = bag(bag(extra)['options']);
  const places = placesOf(params);
  const google = bag(params['generationConfig']);
  const find = (...keys: string[]): unknown => {
    for (const place of places) {
      for (const key of keys) {
        const value = place[key];
        if (value !== undefined && value !== null) return value;
      }
    }
    return undefined;
  };
  const pick = (...keys: string[]): number | undefined => number(find(...keys));
  const model = text(
    first(params['model'], params['model_name'], params['modelName'], params['model_id'], metadata['ls_model_name']),
  );
  const server = serverOf(serialized);
  const choices = pick('n', 'candidateCount') ?? 1;
  return {
    model,
    attributes: {
      'server.address': server?.address,
      'server.port': server?.port,
      'gen_ai.provider.name': providerOf(metadata, className),
      'gen_ai.request.model': model,
      'gen_ai.request.temperature': pick('temperature') ?? number(metadata['ls_temperature']),
      'gen_ai.request.top_p': pick('top_p', 'topP'),
      'gen_ai.request.top_k': pick('top_k', 'topK'),
      'gen_ai.request.max_tokens': pick(...MAX_TOKENS) ?? number(metadata['ls_max_tokens']),
      'gen_ai.request.frequency_penalty': pick('frequency_penalty', 'frequencyPenalty'),
      'gen_ai.request.presence_penalty': pick('presence_penalty', 'presencePenalty'),
      'gen_ai.request.seed': pick('seed', 'randomSeed', 'random_seed'),
      'gen_ai.request.choice.count': choices === 1 ? undefined : choices,
      'gen_ai.request.stop_sequences': strings(
        first(find('stop', 'stop_sequences', 'stopSequences'), options['stop'], metadata['ls_stop']),
      ),
      'gen_ai.request.reasoning.level': reasoningLevel(params, google),
      'gen_ai.request.previous_response.id': text(params['previous_response_id']),
      'gen_ai.output.type': outputType(params, google),
      'gen_ai.tool.definitions': toolDefinitions(
        first(params['tools'], bag(params['toolConfig'])['tools'], params['functions'], options['tools']),
      ),
    },
  };
}

/** What a model's start callbacks are given. */
export interface ModelStart {
  readonly operation: 'chat' | 'text_completion';
  readonly llm: unknown;
  readonly extra: unknown;
  readonly runName: unknown;
  /** What it is to answer: the last message or prompt. */
  readonly question: unknown;
}

/** Starts a model call. The prompt that was last filled around it is the one it is asked with. */
export function startModel(runs: OpenRuns, start: Start, given: ModelStart): Span | undefined {
  const { operation, llm, extra, runName, question } = given;
  const { model, attributes } = readModelCall(llm, extra, start.metadata, classNameOf(llm));
  const name = `${operation} ${text(runName) ?? model ?? classNameOf(llm) ?? 'model'}`;
  const span = runs.begin(start, { name, type: 'llm', attributes }, { ...USUAL, call: question });
  const prompt = promptName(start.metadata) ?? runs.outerOf(start.parentRunId)?.data.prompt;
  if (prompt !== undefined) span?.set(nameAttributes(prompt));
  const data = span === undefined ? undefined : runs.get(start.runId)?.data;
  if (data === undefined) return undefined;
  data.cached = bag(extra)['cached'] === true;
  const { signal } = bag(bag(extra)['options']);
  data.flow.watch(signal);
  if (signal instanceof AbortSignal) data.signal = new WeakRef(signal);
  return span;
}
