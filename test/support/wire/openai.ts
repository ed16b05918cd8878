import { events, json, type WireReply } from './server.ts';

const USAGE = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 64, audio_tokens: 8 },
  completion_tokens_details: { reasoning_tokens: 12, audio_tokens: 4 },
};
const HEAD = { id: 'chatcmpl-1', created: 1, model: 'gpt-4o-mini-2024-07-18', service_tier: 'default' };
const CALL = { index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };

function chat(stream: boolean, message: object, deltas: readonly object[], reason: string): WireReply {
  if (!stream) {
    const choice = { index: 0, message: { role: 'assistant', ...message }, finish_reason: reason };
    return json({ ...HEAD, object: 'chat.completion', choices: [choice], usage: USAGE });
  }
  const chunk = (choices: object[], more: object = {}) => ({
    ...HEAD,
    object: 'chat.completion.chunk',
    choices,
    ...more,
  });
  return events([
    chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ...deltas.map((delta) => chunk([{ index: 0, delta, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: reason }]),
    chunk([], { usage: USAGE }),
    '[DONE]',
  ]);
}

/** Chat completions: a text. */
export const openaiChatText = (stream: boolean): WireReply =>
  chat(stream, { content: 'It is sunny.' }, [{ content: 'It is' }, { content: ' sunny.' }], 'stop');

/** Chat completions: a tool call. */
export const openaiChatTool = (stream: boolean): WireReply =>
  chat(
    stream,
    { content: null, tool_calls: [CALL] },
    [
      { tool_calls: [{ ...CALL, function: { name: 'weather', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"city":"Oslo"}' } }] },
    ],
    'tool_calls',
  );

const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'gpt-5-mini-2025-08-07',
  error: null,
  incomplete_details: null,
  usage: {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 64 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 12 },
    total_tokens: 120,
  },
};

function responses(stream: boolean, item: { id: string }, start: object, deltas: readonly object[]): WireReply {
  const whole = { ...RESPONSE, status: 'completed', output: [{ id: 'rs_1', type: 'reasoning', summary: [] }, item] };
  if (!stream) return json(whole);
  const open = { ...RESPONSE, status: 'in_progress', output: [], usage: null };
  return events(
    [
      { type: 'response.created', response: open },
      { type: 'response.in_progress', response: open },
      { type: 'response.output_item.added', output_index: 0, item: whole.output[0] },
      { type: 'response.output_item.done', output_index: 0, item: whole.output[0] },
      { type: 'response.output_item.added', output_index: 1, item: start },
      ...deltas.map((delta) => ({ output_index: 1, item_id: item.id, content_index: 0, ...delta })),
      { type: 'response.output_item.done', output_index: 1, item },
      { type: 'response.completed', response: whole },
    ].map((event, index) => ({ sequence_number: index, ...event })),
    true,
  );
}

/** Responses: a text. */
export function openaiResponsesText(stream: boolean): WireReply {
  const part = { type: 'output_text', annotations: [], text: 'It is sunny.' };
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [part] };
  return responses(stream, item, { ...item, status: 'in_progress', content: [] }, [
    { type: 'response.content_part.added', part: { ...part, text: '' } },
    { type: 'response.output_text.delta', delta: 'It is' },
    { type: 'response.output_text.delta', delta: ' sunny.' },
    { type: 'response.output_text.done', text: part.text },
    { type: 'response.content_part.done', part },
  ]);
}

/** Responses: a tool call. */
export function openaiResponsesTool(stream: boolean): WireReply {
  const item = { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'weather', status: 'completed' };
  const whole = { ...item, arguments: '{"city":"Oslo"}' };
  return responses(stream, whole, { ...item, status: 'in_progress', arguments: '' }, [
    { type: 'response.function_call_arguments.delta', delta: '{"city":' },
    { type: 'response.function_call_arguments.delta', delta: '"Oslo"}' },
    { type: 'response.function_call_arguments.done', arguments: whole.arguments },
  ]);
}
