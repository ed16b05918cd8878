/** Requests to models: what is asked, whatever API it is asked over. */
import {
  list,
  type Message,
  number,
  props,
  type Props,
  text,
  type ToolDefinition,
  toMessages,
  toParts,
} from '@spanline/record';
import type { Parameters } from '../recording/recorded-call.ts';

/** APIs that are spoken. Models of Anthropic on Bedrock are asked in Anthropic's words, in Amazon's envelope. */
export type Api = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'bedrock-anthropic' | 'bedrock-converse';

/** True where the words of a request are Anthropic's. */
export const isAnthropic = (api: Api): boolean => api === 'anthropic-messages' || api === 'bedrock-anthropic';
/** True where the envelope of an answer is Amazon's. */
export const isAmazon = (api: Api): boolean => api === 'bedrock-anthropic' || api === 'bedrock-converse';

/** A request. */
export interface ModelRequest {
  readonly api: Api;
  readonly model: string | undefined;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly parameters: Parameters;
  /** Tokens of the thinking that was asked for; 0 where the model chooses. `undefined` without thinking. */
  readonly thinkingTokens?: number | undefined;
  /** The answer is a stream: of server-sent events, or of Amazon's. */
  readonly isStreamed: boolean;
  /** The stream ends with the usage, which OpenAI sends only if it is asked to. */
  readonly wantsUsage: boolean;
}

const stopOf = (stop: unknown): readonly string[] | undefined => {
  if (typeof stop === 'string') return [stop];
  return Array.isArray(stop) && stop.length > 0 ? stop.map(String) : undefined;
};

function definition(type: unknown, fields: Props, parameters: unknown): ToolDefinition {
  const description = text(fields['description']);
  return {
    type: text(type) ?? 'function',
    name: text(fields['name']) ?? text(type) ?? '',
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

/** Chat wraps each tool in its type; Responses does not. */
function openaiTool(tool: unknown): ToolDefinition {
  const { type, function: called, custom } = props(tool);
  const fields = props(called ?? custom ?? tool);
  return definition(type, fields, fields['parameters']);
}

function anthropicTool(tool: unknown): ToolDefinition {
  const fields = props(tool);
  return definition(fields['type'] === 'custom' ? undefined : fields['type'], fields, fields['input_schema']);
}

function common(body: Props): Pick<ModelRequest, 'model' | 'isStreamed'> {
  return { model: text(body['model']), isStreamed: body['stream'] === true };
}

function openaiChat(body: Props): ModelRequest {
  return {
    api: 'openai-chat',
    ...common(body),
    messages: toMessages(body['messages']),
    tools: list(body['tools']).map(openaiTool),
    parameters: {
      temperature: number(body['temperature']),
      topP: number(body['top_p']),
      maxTokens: number(body['max_completion_tokens'] ?? body['max_tokens']),
      seed: number(body['seed']),
      stop: stopOf(body['stop']),
    },
    wantsUsage: props(body['stream_options'])['include_usage'] === true,
  };
}

/** Finds an item of an earlier answer by its id, which a request of Responses may refer to. */
export type FindItem = (id: string) => object | undefined;

function responsesMessages(item: unknown, find: FindItem): Message[] {
  const given = props(item);
  const id = text(given['id']);
  const meant = given['type'] === 'item_reference' && id !== undefined ? props(find(id) ?? item) : given;
  if (text(meant['role']) !== undefined) return toMessages([meant]);
  const parts = toParts([meant]);
  const role = text(meant['type'])?.endsWith('_output') === true ? 'tool' : 'assistant';
  return parts.length === 0 ? [] : [{ role, parts }];
}

function openaiResponses(body: Props, find: FindItem): ModelRequest {
  const { input, instructions } = body;
  const system: Message[] = text(instructions) === undefined ? [] : [{ role: 'system', parts: toParts(instructions) }];
  const messages = Array.isArray(input) ? input.flatMap((item) => responsesMessages(item, find)) : toMessages(input);
  return {
    api: 'openai-responses',
    ...common(body),
    messages: [...system, ...messages],
    tools: list(body['tools']).map(openaiTool),
    parameters: {
      temperature: number(body['temperature']),
      topP: number(body['top_p']),
      maxTokens: number(body['max_output_tokens']),
    },
    wantsUsage: true,
  };
}

/** Without thinking, its type is `disabled`. */
function thinkingTokens({ thinking }: Props): number | undefined {
  const { type, budget_tokens: budget } = props(thinking);
  return type === undefined || type === 'disabled' ? undefined : (number(budget) ?? 0);
}

function anthropicMessages(body: Props): ModelRequest {
  const { system } = body;
  const instructions: Message[] = system === undefined ? [] : [{ role: 'system', parts: toParts(system) }];
  return {
    api: 'anthropic-messages',
    ...common(body),
    messages: [...instructions, ...toMessages(body['messages'])],
    tools: list(body['tools']).map(anthropicTool),
    parameters: {
      temperature: number(body['temperature']),
      topP: number(body['top_p']),
      maxTokens: number(body['max_tokens']),
      stop: stopOf(body['stop_sequences']),
    },
    thinkingTokens: thinkingTokens(body),
    wantsUsage: true,
  };
}

/** The model and the stream are in the path. Other makers than Anthropic have words of their own. */
function bedrockAnthropic(body: Props): ModelRequest | undefined {
  if (text(body['anthropic_version']) === undefined) return undefined;
  return { ...anthropicMessages(body), api: 'bedrock-anthropic' };
}

/** Marks of the cache are no tools. */
function converseTool(tool: unknown): ToolDefinition[] {
  const { toolSpec, systemTool } = props(tool);
  if (systemTool !== undefined) return [definition('system_tool', props(systemTool), undefined)];
  const fields = props(toolSpec);
  return toolSpec === undefined ? [] : [definition(undefined, fields, props(fields['inputSchema'])['json'])];
}

function bedrockConverse({ system, messages, toolConfig, inferenceConfig }: Props): ModelRequest {
  const instructions: Message[] = system === undefined ? [] : [{ role: 'system', parts: toParts(system) }];
  const config = props(inferenceConfig);
  return {
    api: 'bedrock-converse',
    model: undefined,
    isStreamed: false,
    messages: [...instructions, ...toMessages(messages)],
    tools: list(props(toolConfig)['tools']).flatMap(converseTool),
    parameters: {
      temperature: number(config['temperature']),
      topP: number(config['topP']),
      maxTokens: number(config['maxTokens']),
      stop: stopOf(config['stopSequences']),
    },
    wantsUsage: true,
  };
}

type Read = (body: Props, find: FindItem) => ModelRequest | undefined;

/** Paths of Bedrock name the model, and say whether the answer is a stream. */
const APIS: readonly (readonly [path: RegExp, read: Read])[] = [
  [/\/model\/(?<model>[^/]+)\/(?:converse|converse-(?<stream>stream))$/, bedrockConverse],
  [/\/model\/(?<model>[^/]+)\/(?:invoke|invoke-with-response-(?<stream>stream))$/, bedrockAnthropic],
  [/\/chat\/completions$/, openaiChat],
  [/\/responses$/, openaiResponses],
  [/\/v1\/messages$/, anthropicMessages],
];

/** Reads a request; `undefined` for one that is not to a model, or not over an API that is spoken. */
export function readModelRequest(url: string, body: string, find: FindItem): ModelRequest | undefined {
  const { pathname } = new URL(url);
  try {
    for (const [path, read] of APIS) {
      const found = path.exec(pathname);
      if (found === null) continue;
      const request = read(props(JSON.parse(body)), find);
      const { model, stream } = found.groups ?? {};
      if (request === undefined || model === undefined) return request;
      return { ...request, model: decodeURIComponent(model), isStreamed: stream !== undefined };
    }
  } catch {
    // The body or the path is none that a client writes.
  }
  return undefined;
}
