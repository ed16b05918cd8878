/** Requests and answers of functions that ask a model with a client of their own. */
import { parseContent, toMessages } from '@spanline/record';
import type { RecordedModelCall } from '../recording/recorded-call.ts';
import { answersOf, usageOf } from '../wire/answer.ts';
import type { ModelRequest } from '../wire/model-request.ts';
import type { AskedModel, RecordedAnswer } from './replay-options.ts';

/** The request, as if it had been one of an API. */
export function askedRequest({ model, messages, temperature, topP, maxTokens }: AskedModel): ModelRequest {
  return {
    api: 'openai-chat',
    model,
    messages: toMessages(typeof messages === 'string' ? [{ role: 'user', content: messages }] : messages),
    tools: [],
    parameters: { temperature, topP, maxTokens },
    isStreamed: false,
    wantsUsage: true,
  };
}

/** The first choice of the recorded answer. */
export function recordedAnswer(call: RecordedModelCall): RecordedAnswer {
  const [answer] = answersOf(call);
  const usage = usageOf(call);
  return {
    text: answer?.text ?? '',
    toolCalls: (answer?.toolCalls ?? []).map((made) => ({ ...made, arguments: parseContent(made.arguments) })),
    finishReason: answer?.finishReason,
    usage: usage === undefined ? undefined : { input: usage.input, output: usage.output },
  };
}
