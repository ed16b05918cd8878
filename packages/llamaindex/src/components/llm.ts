/** Calls of language models. */

import type { Message, MessagePart, Span, SpanAttributes } from '@spanline/core';
import {
  type Props,
  props,
  classNameOf,
  conditionsOf,
  list,
  mostExact,
  number,
  observedUsage,
  type OfferedTool,
  text,
  toMessages,
  toolDefinitions,
  usageAttributes,
} from '@spanline/instrumentation';
import { modelOf, providerOf, serverOf } from '../provider/provider.ts';
import { createRawAnswer } from '../provider/raw-answer.ts';
import { observedAnswer } from '../provider/sdk-clients.ts';
import { SCOPE } from '../tracing/scope.ts';
import type { TracedCall } from '../tracing/traced-call.ts';
import { hasContent, streamedMessage, toMessage } from './messages.ts';

function unwrapTool(tool: unknown): OfferedTool {
  const { name, description, parameters } = props(props(tool)['metadata']);
  return { name, description, parameters };
}

function requestAttributes(llm: object, params: Props, messages: Message[], operation?: string): SpanAttributes {
  const source = llm as Props;
  const server = serverOf(llm);
  const attributes: SpanAttributes = {
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
  return Object.assign(attributes, conditionsOf(props(source['additionalChatOptions'])), conditionsOf(params));
}

/**
 * OpenAI's chat classes send tokens with a stream only if asked. Those of its Responses API always do, and refuse the
 * option.
 */
function takesStreamOptions(llm: object): boolean {
  return (
    'additionalChatOptions' in llm &&
    'streamChat' in llm &&
    !('processStreamEvent' in llm) &&
    !('session' in llm && 'beta' in llm)
  );
}

function withStreamUsage(params: Props): Props {
  const options = props(params['additionalChatOptions']);
  return {
    ...params,
    additionalChatOptions: { ...options, stream_options: { include_usage: true, ...props(options['stream_options']) } },
  };
}

/** An answer, as the provider sent it. */
interface Answer {
  readonly attributes: SpanAttributes;
  /** Absent if its shape is not known. */
  readonly message: Message | undefined;
}

/**
 * Attributes from the answer that the provider's client received, else from the part that LlamaIndex kept. Of the
 * reports on its usage the most exact one counts.
 */
function readAnswer(span: Span, pieces: readonly unknown[], isBroken: boolean): Answer {
  const kept = createRawAnswer();
  for (const piece of pieces) kept.add(props(piece)['raw']);
  const observed = observedAnswer(span);
  const answer = observed?.isKnown() === true ? observed : kept;
  const usage = mostExact([observedUsage(span, isBroken), observed?.usage(isBroken), kept.usage(isBroken)]);
  return {
    attributes: { ...answer.attributes(), ...(usage === undefined ? {} : usageAttributes(usage)) },
    message: answer.messages()[0],
  };
}

const isCall = ({ type }: MessagePart): boolean => type === 'tool_call';

/**
 * LlamaIndex keeps the text and the tool calls, with ids of its own where the provider has none. The provider's own
 * answer also has thoughts, its own tools, sources and pictures, and calls that LlamaIndex drops: of several in one
 * chunk, it reads the first.
 */
function mergeMessages(kept: Message, own: Message | undefined): Message {
  if (own === undefined) return kept;
  const calls = kept.parts.filter(isCall);
  if (calls.length < own.parts.filter(isCall).length || calls.length === 0) return own;
  return { ...own, parts: [...own.parts.filter((part) => !isCall(part)), ...calls] };
}

function describeAnswer(span: Span, value: unknown, isBroken: boolean): void {
  const chunks = Array.isArray(value) ? value : undefined;
  const { message, text: completion, raw } = props(value);
  const { attributes, message: own } = readAnswer(span, chunks ?? [{ raw }], isBroken);
  const reason = attributes['gen_ai.response.finish_reasons']?.[0];
  const kept =
    chunks === undefined ? toMessage(message ?? { role: 'assistant', content: completion }) : streamedMessage(chunks);
  const answer = mergeMessages(kept, own);
  span.set({
    ...attributes,
    'gen_ai.output.messages': [reason === undefined ? answer : { ...answer, finish_reason: reason }],
  });
}

/** Reads a call of `llm.chat(params)`. */
export function readChat(llm: object, args: readonly unknown[], streamUsage: boolean): TracedCall {
  const params = props(args[0]);
  const asksForUsage = streamUsage && params['stream'] === true && takesStreamOptions(llm);
  return {
    options: {
      scope: SCOPE,
      name: `chat ${modelOf(llm) ?? classNameOf(llm)}`,
      type: 'llm',
      attributes: requestAttributes(llm, params, list(params['messages']).map(toMessage)),
    },
    output: describeAnswer,
    isContent: hasContent,
    ...(asksForUsage ? { args: [withStreamUsage(params), ...args.slice(1)] } : {}),
  };
}

/** Reads a call of `llm.complete(params)` of a class that does not go through `chat`. */
export function readComplete(llm: object, args: readonly unknown[]): TracedCall {
  const params = props(args[0]);
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
