import { events, json, type WireReply } from '../../../../../test/support/wire/server.ts';

const HEAD = { id: 'cmpl-1', created: 1, model: 'mistral-small-2503' };
const USAGE = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
const CALL = { index: 0, id: 'call12345', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };

function chat(stream: boolean, message: object, deltas: readonly object[], reason: string): WireReply {
  if (!stream) {
    const choice = { index: 0, message: { role: 'assistant', ...message }, finish_reason: reason };
    return json({ ...HEAD, object: 'chat.completion', choices: [choice], usage: USAGE });
  }
  const chunk = (delta: object, more: object = {}, usage: object = {}) => ({
    ...HEAD,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
    ...usage,
  });
  const last = deltas.at(-1) ?? {};
  return events([
    chunk({ role: 'assistant', content: '' }),
    ...deltas.slice(0, -1).map((delta) => chunk(delta)),
    chunk(last, { finish_reason: reason }, { usage: USAGE }),
    '[DONE]',
  ]);
}

/** Chat completions: a text. */
export const mistralText = (stream: boolean): WireReply =>
  chat(stream, { content: 'It is sunny.' }, [{ content: 'It is' }, { content: ' sunny.' }, { content: '' }], 'stop');

/** Chat completions: a tool call. */
export const mistralTool = (stream: boolean): WireReply =>
  chat(stream, { content: '', tool_calls: [CALL] }, [{ content: '', tool_calls: [CALL] }], 'tool_calls');
