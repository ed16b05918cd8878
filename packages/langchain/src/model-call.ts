import type { SpanAttributes, ToolDefinition } from '@spanline/core';
import { type Bag, bag, first, number, text } from './bag.ts';

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

function outputType(params: Bag): string | undefined {
  const type = text(bag(first(params['response_format'], params['responseFormat']))['type']);
  if (type === undefined) return undefined;
  return type.startsWith('json') ? 'json' : type;
}

/** Tools as the model was offered them: OpenAI's wrapping is taken off. */
function toolDefinitions(tools: unknown): ToolDefinition[] | undefined {
  if (!Array.isArray(tools) || tools.length === 0) return undefined;
  return tools.map((tool) => {
    const outer = bag(tool);
    const inner = 'function' in outer ? bag(outer['function']) : outer;
    const description = text(inner['description']);
    return {
      type: 'function',
      name: text(inner['name']) ?? '',
      ...(description === undefined ? {} : { description }),
      parameters: first(inner['parameters'], inner['input_schema'], inner['schema']),
    };
  });
}

/** The endpoint, where the component tells one. */
function serverOf(serialized: unknown): SpanAttributes {
  const kwargs = bag(bag(serialized)['kwargs']);
  const configuration = bag(kwargs['configuration']);
  const url = text(first(configuration['baseURL'], kwargs['base_url'], kwargs['baseURL'], kwargs['baseUrl']));
  if (url === undefined || !URL.canParse(url)) return {};
  const { hostname, port, protocol } = new URL(url);
  return { 'server.address': hostname, 'server.port': port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port) };
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
  const model = text(
    first(params['model'], params['model_name'], params['modelName'], params['model_id'], metadata['ls_model_name']),
  );
  const pick = (...keys: string[]): number | undefined => number(first(...keys.map((key) => params[key])));
  return {
    model,
    attributes: {
      ...serverOf(serialized),
      'gen_ai.provider.name': providerOf(metadata, className),
      'gen_ai.request.model': model,
      'gen_ai.request.temperature': pick('temperature') ?? number(metadata['ls_temperature']),
      'gen_ai.request.top_p': pick('top_p', 'topP'),
      'gen_ai.request.top_k': pick('top_k', 'topK'),
      'gen_ai.request.max_tokens':
        pick('max_completion_tokens', 'max_tokens', 'max_output_tokens', 'maxOutputTokens', 'maxTokens') ??
        number(metadata['ls_max_tokens']),
      'gen_ai.request.frequency_penalty': pick('frequency_penalty', 'frequencyPenalty'),
      'gen_ai.request.presence_penalty': pick('presence_penalty', 'presencePenalty'),
      'gen_ai.request.seed': pick('seed'),
      'gen_ai.request.choice.count': (pick('n') ?? 1) === 1 ? undefined : pick('n'),
      'gen_ai.request.stop_sequences': strings(
        first(params['stop'], params['stop_sequences'], options['stop'], metadata['ls_stop']),
      ),
      'gen_ai.request.reasoning.level': text(first(params['reasoning_effort'], bag(params['reasoning'])['effort'])),
      'gen_ai.output.type': outputType(params),
      'gen_ai.tool.definitions': toolDefinitions(first(params['tools'], options['tools'])),
    },
  };
}
