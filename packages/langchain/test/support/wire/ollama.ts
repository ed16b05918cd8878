import type { WireReply } from '../../../../../test/support/wire/server.ts';

function chat(messages: readonly object[]): WireReply {
  const head = { model: 'llama3.2', created_at: '2026-01-01T00:00:00Z' };
  const lines = [
    ...messages.map((message) => ({ ...head, message: { role: 'assistant', content: '', ...message }, done: false })),
    {
      ...head,
      message: { role: 'assistant', content: '' },
      done: true,
      done_reason: 'stop',
      total_duration: 5_000_000,
      load_duration: 1_000_000,
      prompt_eval_count: 100,
      prompt_eval_duration: 1_000_000,
      eval_count: 20,
      eval_duration: 2_000_000,
    },
  ];
  return { type: 'application/x-ndjson', chunks: lines.map((line) => `${JSON.stringify(line)}\n`) };
}

/** Chat: a text. LangChain's client always asks for a stream. */
export const ollamaText = (): WireReply => chat([{ content: 'It is' }, { content: ' sunny.' }]);

/** Chat: a tool call. */
export const ollamaTool = (): WireReply =>
  chat([{ tool_calls: [{ function: { name: 'weather', arguments: { city: 'Oslo' } } }] }]);
