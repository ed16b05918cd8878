import type { Message, MessagePart, Span, SpanAttributes } from '@spanline/core';
import {
  type Bag,
  bag,
  number,
  type OfferedTool,
  text,
  toMessages,
  toolDefinitions,
  classNameOf,
} from '@spanline/instrumentation';
import type { TracedCall } from './call.ts';
import { heardOn } from './provider-client.ts';
import { modelOf, providerOf, serverOf } from './provider.ts';
import { createRawAnswer } from './raw-answer.ts';
import { SCOPE } from './scope.ts';

function toolCalls(options: unknown): MessagePart[] {
  const { toolCall } = bag(options);
  if (!Array.isArray(toolCall)) return [];
  return toolCall.map((call) => {
    const { id, name, input } = bag(call);
    return {
      type: 'tool_call',
      ...(text(id) === undefined ? {} : { id: text(id) }),
      name: text(name) ?? '',
      arguments: input,
    };
  });
}

/** LlamaIndex keeps tool calls and tool results in a message's `options`. */
export function toMessage(message: unknown): Message {
  const { role, content, options } = bag(message);
  const [base] = toMessages([{ role, content }]);
  const result = bag(bag(options)['toolResult']);
  if (text(result['id']) !== undefined) {
    return {
      role: 'tool',
      parts: [{ type: 'tool_call_response', id: text(result['id']), response: result['result'] }],
    };
  }
  return { role: base?.role ?? 'user', parts: [...(base?.parts ?? []), ...toolCalls(options)] };
}

function unwrapTool(tool: unknown): OfferedTool {
  const { name, description, parameters } = bag(bag(tool)['metadata']);
  return { name, description, parameters };
}

function requestAttributes(llm: object, params: Bag, messages: Message[], operation?: string): SpanAttributes {
  const source = llm as Bag;
  const server = serverOf(llm);
  return {
    'server.address': server['server.address'],
    'server.port': server['server.port'],
    'gen_ai.provider.name': providerOf(llm),
    'gen_ai.request.model': modelOf(llm),
    'gen_ai.request.temperature': number(source['temperature']),
    'gen_ai.request.top_p': number(source['topP']),
    'gen_ai.request.max_tokens': number(source['maxTokens']),
    'gen_ai.request.reasoning.level': text(source['reasoningEffort']),
    'gen_ai.request.stream': params['stream'] === true ? true : undefined,
    'gen_ai.tool.definitions': toolDefinitions(params['tools'], unwrapTool),
    'gen_ai.operation.name': operation,
    'gen_ai.input.messages': messages,
  };
}

/** OpenAI's classes send tokens with a stream only when asked; those of its Responses API always do and refuse the option. */
function takesStreamOptions(llm: object): boolean {
  return (
    'additionalChatOptions' in llm &&
    'streamChat' in llm &&
    !('processStreamEvent' in llm) &&
    !('session' in llm && 'beta' in llm)
  );
}

function withStreamUsage(params: Bag): Bag {
  const options = bag(params['additionalChatOptions']);
  return {
    ...params,
    additionalChatOptions: { ...options, stream_options: { include_usage: true, ...bag(options['stream_options']) } },
  };
}

/** OpenAI's Responses class repeats the last piece of text on every event that follows. */
function deltaOf(chunk: unknown): string {
  const { delta, text: piece, raw } = bag(chunk);
  const event = text(bag(raw)['type']);
  if (event?.startsWith('response.') === true && event !== 'response.output_text.delta') return '';
  return text(delta) ?? text(piece) ?? '';
}

function streamedMessage(chunks: readonly unknown[]): Message {
  const content = chunks.map(deltaOf).join('');
  const calls = chunks.findLast((chunk) => toolCalls(bag(chunk)['options']).length > 0);
  const parts: MessagePart[] = content === '' ? [] : [{ type: 'text', content }];
  return { role: 'assistant', parts: [...parts, ...toolCalls(bag(calls)['options'])] };
}

/** What the provider's client heard, else what LlamaIndex kept of it. */
function answerAttributes(span: Span, pieces: readonly unknown[]): SpanAttributes {
  const heard = heardOn(span);
  if (heard?.told === true) return heard.attributes();
  const answer = createRawAnswer();
  for (const piece of pieces) answer.add(bag(piece)['raw']);
  return answer.told ? answer.attributes() : {};
}

function describeAnswer(span: Span, value: unknown): void {
  const chunks = Array.isArray(value) ? value : undefined;
  const { message, text: completion, raw } = bag(value);
  const attributes = answerAttributes(span, chunks ?? [{ raw }]);
  const reason = attributes['gen_ai.response.finish_reasons']?.[0];
  const answer =
    chunks === undefined ? toMessage(message ?? { role: 'assistant', content: completion }) : streamedMessage(chunks);
  span.set({
    ...attributes,
    'gen_ai.output.messages': [reason === undefined ? answer : { ...answer, finish_reason: reason }],
  });
}

function hasContent(chunk: unknown): boolean {
  return deltaOf(chunk) !== '' || toolCalls(bag(chunk)['options']).length > 0;
}

/** A call of `llm.chat(params)`. */
export function readChat(llm: object, args: readonly unknown[], streamUsage: boolean): TracedCall {
  const params = bag(args[0]);
  const streams = params['stream'] === true;
  const messages = Array.isArray(params['messages']) ? params['messages'] : [];
  return {
    options: {
      scope: SCOPE,
      name: `chat ${modelOf(llm) ?? classNameOf(llm)}`,
      type: 'llm',
      attributes: requestAttributes(llm, params, messages.map(toMessage)),
    },
    output: describeAnswer,
    isContent: hasContent,
    ...(streams && streamUsage && takesStreamOptions(llm) ? { args: [withStreamUsage(params), ...args.slice(1)] } : {}),
  };
}

/** A call of `llm.complete(params)` of a class that does not go through `chat`. */
export function readComplete(llm: object, args: readonly unknown[]): TracedCall {
  const params = bag(args[0]);
  return {
    options: {
      scope: SCOPE,
      name: `text_completion ${modelOf(llm) ?? classNameOf(llm)}`,
      type: 'llm',
      attributes: requestAttributes(llm, params, toMessages(params['prompt']), 'text_completion'),
    },
    output: describeAnswer,
    isContent: hasContent,
  };
}
