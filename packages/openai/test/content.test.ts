import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { events, json, type Wire } from '../../../test/support/wire/server.ts';

let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useWire((opened) => {
  wire = opened;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

const client = (): OpenAI =>
  wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${wire.url}/v1`, maxRetries: 0 }), { tracer });

/** The parts of the answer on the only line. */
const said = (): unknown =>
  (onlyRecord(log)['gen_ai.output.messages'] as unknown as { parts: unknown }[] | undefined)?.[0]?.parts;

const response = (more: object) => ({ id: 'resp_9', object: 'response', model: 'gpt-5', status: 'completed', ...more });

const OUTPUT = [
  { type: 'reasoning', id: 'rs', summary: [{ type: 'summary_text', text: 'Look it up.' }] },
  { type: 'file_search_call', id: 'fs', queries: ['tides'], results: [{ filename: 'tides.md', text: 'high at six' }] },
  {
    type: 'message',
    id: 'ms',
    role: 'assistant',
    content: [
      { type: 'output_text', text: 'At six.', annotations: [{ type: 'file_citation', filename: 'tides.md' }] },
      { type: 'refusal', refusal: 'No more than that.' },
    ],
  },
];

const PARTS = [
  { type: 'reasoning', content: 'Look it up.' },
  {
    type: 'server_tool_call',
    id: 'fs',
    name: 'file_search',
    server_tool_call: { queries: ['tides'], type: 'file_search' },
  },
  {
    type: 'server_tool_call_response',
    id: 'fs',
    server_tool_call_response: { results: [{ filename: 'tides.md', text: 'high at six' }], type: 'file_search' },
  },
  { type: 'text', content: 'At six.', citations: [{ type: 'file_citation', filename: 'tides.md' }] },
  { type: 'text', content: 'No more than that.' },
];

/** The events of a stream with the output above, without the last one. */
const EVENTS = [
  { type: 'response.created', response: response({ status: 'in_progress', output: [] }) },
  { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning', id: 'rs', summary: [] } },
  { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'Look ' },
  { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'it up.' },
  { type: 'response.output_item.added', output_index: 1, item: { type: 'file_search_call', id: 'fs' } },
  { type: 'response.output_item.done', output_index: 1, item: OUTPUT[1] },
  { type: 'response.output_item.added', output_index: 2, item: { type: 'message', id: 'ms', content: [] } },
  { type: 'response.output_text.delta', output_index: 2, content_index: 0, delta: 'At ' },
  { type: 'response.output_text.delta', output_index: 2, content_index: 0, delta: 'six.' },
  {
    type: 'response.output_text.annotation.added',
    output_index: 2,
    content_index: 0,
    annotation: { type: 'file_citation', filename: 'tides.md' },
  },
  { type: 'response.refusal.delta', output_index: 2, content_index: 1, delta: 'No more than that.' },
];

describe('an answer of the Responses API', () => {
  it('tells its thoughts, its tools, its text with the sources, and a refusal', async () => {
    wire.answer(() => json(response({ output: OUTPUT })));
    await client().responses.create({ model: 'gpt-5', input: 'When?' });
    expect(said()).toEqual(PARTS);
  });

  it('that is streamed tells the same', async () => {
    wire.answer(() => events([...EVENTS, { type: 'response.completed', response: response({ output: OUTPUT }) }]));
    await drain(await client().responses.create({ model: 'gpt-5', input: 'When?', stream: true }));
    expect(said()).toEqual(PARTS);
  });

  it('that breaks off tells what had come', async () => {
    wire.answer(() => ({ ...events(EVENTS), cut: true }));
    await expect(
      client().responses.create({ model: 'gpt-5', input: 'When?', stream: true }).then(drain),
    ).rejects.toThrow();
    expect(said()).toEqual(PARTS);
    expect(onlyRecord(log)['span.status']).toBe('error');
  });

  it.each([
    [
      'a function',
      { type: 'function_call', id: 'x', call_id: 'c', name: 'look', arguments: '' },
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"city":"Os' },
      { type: 'tool_call', id: 'c', name: 'look', arguments: '{"city":"Os' },
    ],
    [
      'a tool without a schema',
      { type: 'custom_tool_call', id: 'x', call_id: 'c', name: 'sql', input: '' },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'select' },
      { type: 'tool_call', id: 'c', name: 'sql', arguments: 'select' },
    ],
    [
      'code',
      { type: 'code_interpreter_call', id: 'ci', code: '' },
      { type: 'response.code_interpreter_call_code.delta', output_index: 0, delta: 'print(' },
      {
        type: 'server_tool_call',
        id: 'ci',
        name: 'code_interpreter',
        server_tool_call: { code: 'print(', type: 'code_interpreter' },
      },
    ],
    [
      'a server of MCP',
      { type: 'mcp_call', id: 'mc', server_label: 's', name: 'echo', arguments: '' },
      { type: 'response.mcp_call_arguments.delta', output_index: 0, delta: '{"a"' },
      {
        type: 'server_tool_call',
        id: 'mc',
        name: 'echo',
        server_tool_call: { server_label: 's', arguments: '{"a"', type: 'mcp' },
      },
    ],
    [
      'a thought',
      { type: 'reasoning', id: 'rs', summary: [] },
      { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'If' },
      { type: 'reasoning', content: 'If' },
    ],
  ])('that breaks off within %s tells what had come of it', async (_what, item, delta, part) => {
    wire.answer(() => ({
      ...events([{ type: 'response.output_item.added', output_index: 0, item }, delta]),
      cut: true,
    }));
    await expect(client().responses.create({ model: 'gpt-5', input: 'x', stream: true }).then(drain)).rejects.toThrow();
    expect(said()).toEqual([part]);
  });

  it('that is left tells what had come', async () => {
    wire.answer(() => ({ ...events(EVENTS), open: true }));
    const stream = await client().responses.create({ model: 'gpt-5', input: 'x', stream: true });
    for await (const event of stream) if (event.type === 'response.output_text.delta') break;
    expect(said()).toEqual([PARTS[0], PARTS[1], PARTS[2], { type: 'text', content: 'At ' }]);
  });
});

describe('a stored prompt', () => {
  const prompt = { id: 'pmpt_7', version: '3', variables: { city: 'Oslo' } };

  it('is named by its id and version, with what was filled in', async () => {
    wire.answer(() => json(response({ output: [], prompt })));
    await client().responses.create({ prompt });
    expect(onlyRecord(log)).toMatchObject({
      'gen_ai.prompt.name': 'pmpt_7',
      'gen_ai.prompt.version': '3',
      'spanline.prompt.variables': { city: 'Oslo' },
    });
  });

  it('has the version that answered, if the application named none', async () => {
    wire.answer(() => json(response({ output: [], prompt })));
    await client().responses.create({ prompt: { id: 'pmpt_7' } });
    expect(onlyRecord(log)['gen_ai.prompt.version']).toBe('3');
  });

  it('keeps its variables to itself where content is not written', async () => {
    tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'metadata' });
    wire.answer(() => json(response({ output: [], prompt })));
    await client().responses.create({ prompt });
    expect(onlyRecord(log)).toMatchObject({ 'gen_ai.prompt.name': 'pmpt_7', 'gen_ai.prompt.version': '3' });
    expect(log.raw().join()).not.toContain('Oslo');
  });
});

describe('an answer of the chat', () => {
  const annotations = [{ type: 'url_citation', url_citation: { url: 'https://a.test', title: 'A' } }];
  const cited = [
    { type: 'reasoning', content: 'Hm.' },
    { type: 'text', content: 'At six.', citations: [{ type: 'url_citation', url: 'https://a.test', title: 'A' }] },
  ];
  const ask = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'x' }] };
  const chunk = (delta: object) => ({ id: 'c', model: 'gpt-4o', choices: [{ index: 0, delta, finish_reason: null }] });

  it('tells its sources and its thoughts', async () => {
    const message = { role: 'assistant', content: 'At six.', reasoning: 'Hm.', annotations };
    wire.answer(() => json({ id: 'c', model: 'gpt-4o', choices: [{ index: 0, message, finish_reason: 'stop' }] }));
    await client().chat.completions.create(ask);
    expect(said()).toEqual(cited);
  });

  it('that is streamed tells the same, and so does one that breaks off', async () => {
    const chunks = [
      chunk({ reasoning: 'Hm', reasoning_content: 'Hm' }),
      chunk({ reasoning: '.' }),
      chunk({ content: 'At ' }),
      chunk({ content: 'six.' }),
      chunk({ annotations }),
    ];
    wire.answer(() => events([...chunks, '[DONE]']));
    await drain(await client().chat.completions.create({ ...ask, stream: true }));
    expect(said()).toEqual(cited);
    log.clear();
    wire.answer(() => ({ ...events(chunks), cut: true }));
    await expect(
      client()
        .chat.completions.create({ ...ask, stream: true })
        .then(drain),
    ).rejects.toThrow();
    expect(said()).toEqual(cited);
  });

  it('that is streamed tells a refusal and the sound of a voice', async () => {
    wire.answer(() =>
      events([
        chunk({ refusal: 'I can' }),
        chunk({ refusal: 'not.' }),
        chunk({ audio: { id: 'a', transcript: 'Good day.', data: 'UklGRgAA' } }),
        chunk({ audio: { data: 'AABXQVZF' } }),
        '[DONE]',
      ]),
    );
    await drain(await client().chat.completions.create({ ...ask, stream: true }));
    expect(said()).toMatchObject([
      { type: 'text', content: 'I cannot.' },
      { type: 'text', content: 'Good day.' },
      { type: 'blob', modality: 'audio', mime_type: 'audio/wav', bytes: 12 },
    ]);
  });

  it('has the sources that the provider lists beside it', async () => {
    const message = { role: 'assistant', content: 'At six.' };
    wire.answer(() => json({ id: 'c', citations: ['https://a.test'], choices: [{ index: 0, message }] }));
    await client().chat.completions.create(ask);
    expect(said()).toEqual([{ type: 'text', content: 'At six.', citations: ['https://a.test'] }]);
  });

  it('that is streamed has them once, though each chunk repeats them', async () => {
    const citations = ['https://a.test', 'https://b.test'];
    wire.answer(() =>
      events([
        { ...chunk({ role: 'assistant', content: 'At ' }), citations: citations.slice(0, 1) },
        { ...chunk({ content: 'six.' }), citations },
        { id: 'c', model: 'sonar', choices: [], citations },
      ]),
    );
    await drain(await client().chat.completions.create({ ...ask, stream: true }));
    expect(said()).toEqual([{ type: 'text', content: 'At six.', citations }]);
  });

  it.each([true, false])(
    'has the results of a search where there are no other sources (streamed: %s)',
    async (stream) => {
      const results = [{ title: 'A', url: 'https://a.test' }];
      const whole = { id: 'c', search_results: results, choices: [{ index: 0, message: { content: 'At six.' } }] };
      const chunks = ['At ', 'six.'].map((content) => ({ ...chunk({ content }), search_results: results }));
      wire.answer(() => (stream ? events(chunks) : json(whole)));
      const answer: unknown = await client().chat.completions.create({ ...ask, stream });
      if (stream) await drain(answer as AsyncIterable<unknown>);
      expect(said()).toEqual([{ type: 'text', content: 'At six.', citations: results }]);
    },
  );
});
