/** A recorded model call as the body of a request: OpenAI's chat completions, Anthropic's messages. */
import { type Message, type MessagePart, props, text, type ToolDefinition } from '@spanline/record';
import type { ModelParameters } from '@spanline/replay';

/** APIs that are spoken. */
export type Api = 'openai' | 'anthropic';

/** A model call that is to be made. */
export interface ModelCall {
  readonly model: string;
  /** System instructions first. */
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly parameters: ModelParameters;
  /** Most tokens of the answer, where the parameters name none. Anthropic's API requires it. */
  readonly maxTokens: number;
}

/** A part that a line does not have as it was sent. */
export class UnsentPart extends Error {}

/** Parts that a request can have. Thoughts are not sent: their signatures are on no line. */
const SENT: ReadonlySet<string> = new Set(['text', 'reasoning', 'tool_call', 'tool_call_response']);

/** @throws UnsentPart for a picture, a file, a tool of the provider */
function checkParts(messages: readonly Message[]): void {
  for (const { parts } of messages)
    for (const { type } of parts)
      if (!SENT.has(type))
        throw new UnsentPart(`a message has a part of type ${type}, which a line does not have in full`);
}

const isSystem = ({ role }: Message): boolean => role === 'system' || role === 'developer';

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const contents = (parts: readonly MessagePart[]): string[] =>
  parts.flatMap((part) => (part.type === 'text' ? [asText(props(part)['content'] ?? '')] : []));

/** Ids of calls that have none on the line, in the order in which their results follow. */
class CallIds {
  #made = 0;
  #answered = 0;
  call(part: MessagePart): string {
    return text(props(part)['id']) ?? `call_${this.#made++}`;
  }
  result(part: MessagePart): string {
    return text(props(part)['id']) ?? `call_${this.#answered++}`;
  }
}

const ofType = (parts: readonly MessagePart[], type: string): MessagePart[] =>
  parts.filter((part) => part.type === type);

function openaiMessages({ role, parts }: Message, ids: CallIds): object[] {
  const results = ofType(parts, 'tool_call_response').map((part) => ({
    role: 'tool',
    tool_call_id: ids.result(part),
    content: asText(props(part)['response']),
  }));
  const said = contents(parts);
  const calls = ofType(parts, 'tool_call').map((part) => ({
    id: ids.call(part),
    type: 'function',
    function: { name: text(props(part)['name']) ?? '', arguments: asText(props(part)['arguments'] ?? {}) },
  }));
  if (results.length > 0) return results;
  if (role === 'tool')
    return [{ role, tool_call_id: ids.result({ type: 'tool_call_response' }), content: said.join('\n') }];
  if (role !== 'assistant')
    return [
      { role, content: said.length > 1 ? said.map((content) => ({ type: 'text', text: content })) : (said[0] ?? '') },
    ];
  const content = said.length === 0 && calls.length > 0 ? null : said.join('');
  return [{ role, content, ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
}

/** The official server wants the newer name of the limit; compatible ones know the older one. */
const isOfficial = (host: string): boolean => host === 'api.openai.com';

function openaiBody({ model, messages, tools, parameters, maxTokens }: ModelCall, host: string): object {
  const ids = new CallIds();
  const { temperature, topP, seed, stop } = parameters;
  return {
    model,
    messages: messages.flatMap((message) => openaiMessages(message, ids)),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters: schema }) => ({
            type: 'function',
            function: { name, description, parameters: schema },
          })),
        }),
    [isOfficial(host) ? 'max_completion_tokens' : 'max_tokens']: parameters.maxTokens ?? maxTokens,
    temperature,
    top_p: topP,
    seed,
    stop,
  };
}

function anthropicBlocks(parts: readonly MessagePart[], ids: CallIds): object[] {
  return parts.flatMap((part): object[] => {
    const { content, name, arguments: given, response, is_error: isError } = props(part);
    switch (part.type) {
      case 'text':
        return asText(content ?? '') === '' ? [] : [{ type: 'text', text: asText(content) }];
      case 'tool_call':
        return [{ type: 'tool_use', id: ids.call(part), name, input: typeof given === 'object' ? (given ?? {}) : {} }];
      case 'tool_call_response': {
        const failed = isError === true ? { is_error: true } : {};
        return [{ type: 'tool_result', tool_use_id: ids.result(part), content: asText(response), ...failed }];
      }
      default:
        return [];
    }
  });
}

/** Neighbours of one role are one message: results of tools are a message of the user. */
function anthropicMessages(messages: readonly Message[]): object[] {
  const ids = new CallIds();
  const merged: { role: string; content: object[] }[] = [];
  for (const { role: given, parts } of messages) {
    const role = given === 'assistant' ? 'assistant' : 'user';
    const content = anthropicBlocks(parts, ids);
    const last = merged.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) merged.push({ role, content });
  }
  return merged;
}

function anthropicBody({ model, messages, tools, parameters, maxTokens }: ModelCall): object {
  const system = messages.filter(isSystem).flatMap(({ parts }) => contents(parts));
  return {
    model,
    ...(system.length === 0 ? {} : { system: system.join('\n\n') }),
    messages: anthropicMessages(messages.filter((message) => !isSystem(message))),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters: schema }) => ({
            name,
            description,
            input_schema: schema ?? { type: 'object' },
          })),
        }),
    max_tokens: parameters.maxTokens ?? maxTokens,
    temperature: parameters.temperature,
    top_p: parameters.topP,
    stop_sequences: parameters.stop,
  };
}

/**
 * Makes the body of a request.
 *
 * @param settings - fields of the body that are set instead; `undefined` leaves one out
 * @throws UnsentPart
 */
export function bodyOf(
  api: Api,
  host: string,
  call: ModelCall,
  settings: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  checkParts(call.messages);
  const body = api === 'openai' ? openaiBody(call, host) : anthropicBody(call);
  return Object.fromEntries(Object.entries({ ...body, ...settings }).filter(([, value]) => value !== undefined));
}
