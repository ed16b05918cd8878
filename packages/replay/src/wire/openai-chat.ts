/** Answers of OpenAI's chat completions. */
import type { RecordedModelCall } from '../recording/recorded-call.ts';
import { type Answer, answersOf, openaiReason, piecesOf, type RecordedUsage, usageOf } from './answer.ts';

function usageFields(usage: RecordedUsage | undefined): object | undefined {
  if (usage === undefined) return undefined;
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

function envelope({ record, model }: RecordedModelCall, object: string): object {
  const created = Math.floor(Date.parse(record['event.start'] ?? '') / 1000) || 0;
  const id = record['gen_ai.response.id'] ?? `chatcmpl-${record.span_id ?? ''}`;
  return { id, object, created, model: record['gen_ai.response.model'] ?? model };
}

const toolCallFields = (answer: Answer): object[] =>
  answer.toolCalls.map(({ id, name, arguments: json }) => ({
    id,
    type: 'function',
    function: { name, arguments: json },
  }));

/** The whole answer. */
export function openaiAnswer(call: RecordedModelCall): object {
  const usage = usageFields(usageOf(call));
  const choices = answersOf(call).map((answer, index) => ({
    index,
    message: {
      role: 'assistant',
      content: answer.text === '' && answer.toolCalls.length > 0 ? null : answer.text,
      refusal: null,
      ...(answer.reasoning === '' ? {} : { reasoning_content: answer.reasoning }),
      ...(answer.toolCalls.length === 0 ? {} : { tool_calls: toolCallFields(answer) }),
    },
    logprobs: null,
    finish_reason: openaiReason(answer),
  }));
  return { ...envelope(call, 'chat.completion'), choices, ...(usage === undefined ? {} : { usage }) };
}

/** Changes of one choice, in the order of the stream. */
function* deltasOf(answer: Answer): Generator<object> {
  yield { role: 'assistant', content: '' };
  for (const piece of piecesOf(answer.reasoning)) yield { reasoning_content: piece };
  for (const content of piecesOf(answer.text)) yield { content };
  for (const [index, { id, name, arguments: json }] of answer.toolCalls.entries()) {
    yield { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] };
    for (const piece of piecesOf(json)) yield { tool_calls: [{ index, function: { arguments: piece } }] };
  }
}

/** The events of the stream. @param isWhole - false for an answer that broke off */
export function openaiEvents(call: RecordedModelCall, wantsUsage: boolean, isWhole: boolean): string[] {
  const head = envelope(call, 'chat.completion.chunk');
  const events: object[] = [];
  for (const [index, answer] of answersOf(call).entries()) {
    for (const delta of deltasOf(answer)) events.push({ ...head, choices: [{ index, delta, finish_reason: null }] });
    if (isWhole) events.push({ ...head, choices: [{ index, delta: {}, finish_reason: openaiReason(answer) }] });
  }
  const usage = usageFields(usageOf(call));
  if (isWhole && wantsUsage && usage !== undefined) events.push({ ...head, choices: [], usage });
  const texts = events.map((event) => `data: ${JSON.stringify(event)}\n\n`);
  return isWhole ? [...texts, 'data: [DONE]\n\n'] : texts;
}
