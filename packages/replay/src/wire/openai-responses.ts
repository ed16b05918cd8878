/** Answers of OpenAI's Responses. */
import type { RecordedModelCall } from '../recording/recorded-call.ts';
import { type Answer, answersOf, piecesOf, usageOf } from './answer.ts';

/** Reasons for which an answer is incomplete, in the words of Responses. */
const INCOMPLETE: Readonly<Record<string, string>> = {
  length: 'max_output_tokens',
  max_tokens: 'max_output_tokens',
  max_output_tokens: 'max_output_tokens',
  content_filter: 'content_filter',
};

/** An item of the output, with the deltas that bring it. */
interface Item {
  readonly whole: { readonly id: string; readonly type: string } & Record<string, unknown>;
  /** The item before its first delta. */
  readonly start: object;
  readonly events: readonly ({ readonly type: string } & Record<string, unknown>)[];
}

function textItem(text: string, key: string): Item {
  const id = `msg_${key}`;
  const part = { type: 'output_text', text, annotations: [], logprobs: [] };
  const whole = { id, type: 'message', role: 'assistant', status: 'completed', content: [part] };
  const at = { item_id: id, content_index: 0 };
  return {
    whole,
    start: { ...whole, status: 'in_progress', content: [] },
    events: [
      { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
      ...piecesOf(text).map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
      { type: 'response.output_text.done', ...at, text, logprobs: [] },
      { type: 'response.content_part.done', ...at, part },
    ],
  };
}

function reasoningItem(text: string, key: string): Item {
  const id = `rs_${key}`;
  const part = { type: 'summary_text', text };
  const at = { item_id: id, summary_index: 0 };
  return {
    whole: { id, type: 'reasoning', summary: [part] },
    start: { id, type: 'reasoning', summary: [] },
    events: [
      { type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } },
      ...piecesOf(text).map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...at, delta })),
      { type: 'response.reasoning_summary_text.done', ...at, text },
      { type: 'response.reasoning_summary_part.done', ...at, part },
    ],
  };
}

function callItem({ id: callId, name, arguments: json }: Answer['toolCalls'][number], key: string): Item {
  const id = `fc_${key}`;
  const whole = { id, type: 'function_call', call_id: callId, name, arguments: json, status: 'completed' };
  const at = { item_id: id };
  return {
    whole,
    start: { ...whole, arguments: '', status: 'in_progress' },
    events: [
      ...piecesOf(json).map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
      { type: 'response.function_call_arguments.done', ...at, name, arguments: json },
    ],
  };
}

function itemsOf(call: RecordedModelCall): Item[] {
  return answersOf(call).flatMap(({ reasoning, text, toolCalls }, index) => {
    const key = `${call.spanId}${index}`;
    return [
      ...(reasoning === '' ? [] : [reasoningItem(reasoning, key)]),
      ...(text === '' && toolCalls.length > 0 ? [] : [textItem(text, key)]),
      ...toolCalls.map((made, at) => callItem(made, `${key}${at}`)),
    ];
  });
}

function usageFields(call: RecordedModelCall): object | null {
  const usage = usageOf(call);
  if (usage === undefined) return null;
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cacheRead },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  };
}

function envelope(call: RecordedModelCall, output: readonly object[], isEnd: boolean): Record<string, unknown> {
  const { record, model, spanId } = call;
  const [answer] = answersOf(call);
  const reason = isEnd ? INCOMPLETE[answer?.finishReason ?? ''] : undefined;
  return {
    id: record['gen_ai.response.id'] ?? `resp_${spanId}`,
    object: 'response',
    created_at: Math.floor(Date.parse(record['event.start'] ?? '') / 1000) || 0,
    status: isEnd ? (reason === undefined ? 'completed' : 'incomplete') : 'in_progress',
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    instructions: null,
    metadata: {},
    model: record['gen_ai.response.model'] ?? model,
    output,
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage: isEnd ? usageFields(call) : null,
  };
}

/** The whole answer. */
export function responsesAnswer(call: RecordedModelCall): Record<string, unknown> {
  return envelope(
    call,
    itemsOf(call).map(({ whole }) => whole),
    true,
  );
}

/** The items of an answer by their ids: a later request may refer to them. */
export function responsesItems(call: RecordedModelCall): ReadonlyMap<string, object> {
  return new Map(itemsOf(call).map(({ whole }) => [whole.id, whole]));
}

/** The events of the stream. @param isWhole - false for an answer that broke off */
export function responsesEvents(call: RecordedModelCall, isWhole: boolean): string[] {
  const items = itemsOf(call);
  const begun = envelope(call, [], false);
  const events: ({ type: string } & Record<string, unknown>)[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
  ];
  for (const [index, { whole, start, events: own }] of items.entries()) {
    const at = { output_index: index };
    events.push({ type: 'response.output_item.added', ...at, item: start });
    for (const event of own) events.push({ ...event, ...at });
    events.push({ type: 'response.output_item.done', ...at, item: whole });
  }
  if (isWhole) {
    const response = responsesAnswer(call);
    events.push({ type: `response.${String(response['status'])}`, response });
  }
  return events.map(
    (event, index) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`,
  );
}
