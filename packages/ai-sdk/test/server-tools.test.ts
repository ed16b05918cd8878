import { describe, expect, it } from 'vitest';
import { spanlineMiddleware, spanlineTelemetry } from '@spanline/ai-sdk';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { drain } from '../../../test/support/records.ts';
import { useTracer } from '../../../test/support/set-up.ts';
import { SDKS, watchedBy } from './support/sdks.ts';

let log: MemoryLog;
let tracer: Tracer;

useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

/** One search and one page that it found, a search of files, two runs in one container. */
const OUTPUT = [
  { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
  { type: 'web_search_call', id: 'ws_2', status: 'completed', action: { type: 'open_page', url: 'https://a.test' } },
  { type: 'file_search_call', id: 'fs_1', status: 'completed', queries: ['q'], results: null },
  { type: 'code_interpreter_call', id: 'ci_1', status: 'completed', code: '1', container_id: 'c_1', outputs: null },
  { type: 'code_interpreter_call', id: 'ci_2', status: 'completed', code: '2', container_id: 'c_1', outputs: null },
  {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'So.', annotations: [] }],
  },
];
const ANSWER = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'gpt-5-mini-2025-08-07',
  service_tier: 'default',
  output: OUTPUT,
  usage: {
    input_tokens: 1000,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 500,
    output_tokens_details: { reasoning_tokens: 300 },
    total_tokens: 1500,
  },
};

/** The events of the same answer as a stream. */
function events(): object[] {
  const items = OUTPUT.flatMap((item, output_index) => {
    const begun = { ...item, status: 'in_progress', ...('content' in item ? { content: [] } : {}) };
    const place = { output_index, item_id: item.id };
    return [
      { type: 'response.output_item.added', output_index, item: begun },
      ...('code' in item ? [{ type: 'response.code_interpreter_call_code.done', ...place, code: item.code }] : []),
      ...('content' in item ? [{ type: 'response.output_text.delta', ...place, content_index: 0, delta: 'So.' }] : []),
      { type: 'response.output_item.done', output_index, item },
    ];
  });
  const opened = { ...ANSWER, status: 'in_progress', output: [], usage: null };
  return [
    { type: 'response.created', response: opened },
    ...items,
    { type: 'response.completed', response: ANSWER },
  ].map((event, sequence_number) => ({ ...event, sequence_number }));
}

const answering = (isStream: boolean): typeof fetch => {
  const text = isStream
    ? events()
        .map((event) => `data: ${JSON.stringify(event)}\n\n`)
        .join('')
    : JSON.stringify(ANSWER);
  const type = isStream ? 'text/event-stream' : 'application/json';
  return () => Promise.resolve(new Response(text, { headers: { 'content-type': type } }));
};

describe.each(SDKS)('ai $version', ({ ai, createOpenAI }) => {
  describe.each(['whole', 'streamed'] as const)('a %s answer', (how) => {
    const isStream = how === 'streamed';
    it.each(['telemetry', 'middleware'] as const)(
      'bills the tools that OpenAI ran, by their own names: %s',
      async (by) => {
        const openai = createOpenAI({ apiKey: 'test', fetch: answering(isStream) });
        const model = openai.responses('gpt-5-mini');
        const tools = {
          look_up: openai.tools.webSearch(),
          files: openai.tools.fileSearch({ vectorStoreIds: ['vs_1'] }),
          run: openai.tools.codeInterpreter(),
        };
        const call = {
          model:
            by === 'telemetry' ? model : ai.wrapLanguageModel({ model, middleware: spanlineMiddleware({ tracer }) }),
          prompt: 'q',
          tools,
          ...(by === 'telemetry' ? watchedBy(spanlineTelemetry({ tracer })) : {}),
        };
        if (isStream) await drain(ai.streamText(call as never).textStream);
        else await ai.generateText(call as never);
        expect(log.records().filter((record) => record['span.type'] === 'llm')).toMatchObject([
          {
            'gen_ai.usage.input_tokens': 1000,
            'gen_ai.usage.output_tokens': 500,
            'spanline.usage.web_searches': 1,
            'spanline.usage.storage_searches': 1,
            'spanline.usage.code_executions': 1,
          },
        ]);
      },
    );
  });
});
