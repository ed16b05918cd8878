import { describe, expect, it } from 'vitest';
import { textMessage, toMessages, toParts } from '../../src/schema/index.ts';

const source = { type: 'char_location', document_title: 'Atlas', cited_text: 'Oslo is in Norway' };

describe('a tool that the provider runs', () => {
  it.each([
    [
      'Anthropic',
      [
        { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'tides' } },
        {
          type: 'web_search_tool_result',
          tool_use_id: 's1',
          content: [{ type: 'web_search_result', url: 'https://a.test', encrypted_content: 'x9' }],
        },
      ],
      [
        {
          type: 'server_tool_call',
          id: 's1',
          name: 'web_search',
          server_tool_call: { type: 'web_search', input: { query: 'tides' } },
        },
        {
          type: 'server_tool_call_response',
          id: 's1',
          server_tool_call_response: {
            type: 'web_search',
            content: [{ type: 'web_search_result', url: 'https://a.test' }],
          },
        },
      ],
    ],
    [
      'Anthropic, when it fails',
      [
        {
          type: 'web_fetch_tool_result',
          tool_use_id: 's2',
          content: { type: 'web_fetch_tool_result_error', error_code: 'url_not_accessible' },
        },
      ],
      [
        {
          type: 'server_tool_call_response',
          id: 's2',
          server_tool_call_response: {
            type: 'web_fetch',
            content: { type: 'web_fetch_tool_result_error', error_code: 'url_not_accessible' },
          },
          is_error: true,
        },
      ],
    ],
    [
      'a server of MCP through Anthropic',
      [
        { type: 'mcp_tool_use', id: 'm1', name: 'echo', server_name: 'files', input: { a: 1 } },
        { type: 'mcp_tool_result', tool_use_id: 'm1', is_error: true, content: [{ type: 'text', text: 'gone' }] },
      ],
      [
        {
          type: 'server_tool_call',
          id: 'm1',
          name: 'echo',
          server_tool_call: { type: 'mcp', server_name: 'files', input: { a: 1 } },
        },
        {
          type: 'server_tool_call_response',
          id: 'm1',
          server_tool_call_response: { type: 'mcp', content: [{ type: 'text', text: 'gone' }] },
          is_error: true,
        },
      ],
    ],
    [
      "OpenAI's search",
      [{ type: 'web_search_call', id: 'w1', status: 'completed', action: { type: 'search', query: 'tides' } }],
      [
        {
          type: 'server_tool_call',
          id: 'w1',
          name: 'web_search',
          server_tool_call: { type: 'web_search', status: 'completed', action: { type: 'search', query: 'tides' } },
        },
      ],
    ],
    [
      "OpenAI's search of files",
      [
        {
          type: 'file_search_call',
          id: 'f1',
          status: 'completed',
          queries: ['tides'],
          results: [{ file_id: 'file_1', filename: 'a.md', score: 0.5, text: 'high' }],
        },
      ],
      [
        {
          type: 'server_tool_call',
          id: 'f1',
          name: 'file_search',
          server_tool_call: { type: 'file_search', status: 'completed', queries: ['tides'] },
        },
        {
          type: 'server_tool_call_response',
          id: 'f1',
          server_tool_call_response: {
            type: 'file_search',
            results: [{ file_id: 'file_1', filename: 'a.md', score: 0.5, text: 'high' }],
          },
        },
      ],
    ],
    [
      'code that OpenAI runs',
      [
        {
          type: 'code_interpreter_call',
          id: 'c1',
          status: 'completed',
          container_id: 'cntr_1',
          code: 'print(2)',
          outputs: [{ type: 'logs', logs: '2' }],
        },
      ],
      [
        {
          type: 'server_tool_call',
          id: 'c1',
          name: 'code_interpreter',
          server_tool_call: {
            type: 'code_interpreter',
            status: 'completed',
            container_id: 'cntr_1',
            code: 'print(2)',
          },
        },
        {
          type: 'server_tool_call_response',
          id: 'c1',
          server_tool_call_response: { type: 'code_interpreter', outputs: [{ type: 'logs', logs: '2' }] },
        },
      ],
    ],
    [
      'a server of MCP through OpenAI, when it fails',
      [{ type: 'mcp_call', id: 'm2', server_label: 'files', name: 'echo', arguments: '{"a":1}', error: 'gone' }],
      [
        {
          type: 'server_tool_call',
          id: 'm2',
          name: 'echo',
          server_tool_call: { type: 'mcp', server_label: 'files', arguments: { a: 1 } },
        },
        {
          type: 'server_tool_call_response',
          id: 'm2',
          server_tool_call_response: { type: 'mcp', error: 'gone' },
          is_error: true,
        },
      ],
    ],
    [
      'code that Google runs',
      [
        { executableCode: { language: 'PYTHON', code: 'print(2)' } },
        { codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: 'no' } },
      ],
      [
        {
          type: 'server_tool_call',
          name: 'code_execution',
          server_tool_call: { type: 'code_execution', language: 'PYTHON', code: 'print(2)' },
        },
        {
          type: 'server_tool_call_response',
          server_tool_call_response: { type: 'code_execution', outcome: 'OUTCOME_FAILED', output: 'no' },
          is_error: true,
        },
      ],
    ],
    [
      'LangChain, for any of them',
      [
        { type: 'server_tool_call', id: 'l1', name: 'web_search', args: { query: 'tides' } },
        { type: 'server_tool_call_result', toolCallId: 'l1', status: 'error', output: 'gone' },
      ],
      [
        {
          type: 'server_tool_call',
          id: 'l1',
          name: 'web_search',
          server_tool_call: { type: 'web_search', input: { query: 'tides' } },
        },
        {
          type: 'server_tool_call_response',
          id: 'l1',
          server_tool_call_response: { type: 'unknown', status: 'error', output: 'gone' },
          is_error: true,
        },
      ],
    ],
  ])('is told as %s spells it', (_name, blocks, parts) => {
    expect(toParts(blocks)).toEqual(parts);
    expect(toParts(parts)).toEqual(parts);
  });

  it('and that draws a picture gives the picture as well', () => {
    const item = {
      type: 'image_generation_call',
      id: 'i1',
      output_format: 'webp',
      revised_prompt: 'a cat',
      result: 'UA==',
    };
    expect(toParts([item])).toEqual([
      {
        type: 'server_tool_call',
        id: 'i1',
        name: 'image_generation',
        server_tool_call: { type: 'image_generation', output_format: 'webp', revised_prompt: 'a cat' },
      },
      { type: 'blob', modality: 'image', mime_type: 'image/webp', content: 'UA==' },
    ]);
  });
});

describe('a tool of the application', () => {
  it.each([
    [
      "OpenAI's screen",
      { type: 'computer_call', id: 'x', call_id: 'c1', status: 'completed', action: { type: 'click', x: 3, y: 4 } },
      { type: 'tool_call', id: 'c1', name: 'computer', arguments: { action: { type: 'click', x: 3, y: 4 } } },
    ],
    [
      'a tool without a schema',
      { type: 'custom_tool_call', id: 'x', call_id: 'c2', name: 'sql', input: 'select 1' },
      { type: 'tool_call', id: 'c2', name: 'sql', arguments: 'select 1' },
    ],
    [
      'Amazon',
      { toolUse: { toolUseId: 'c3', name: 'look', input: { q: 1 } } },
      { type: 'tool_call', id: 'c3', name: 'look', arguments: { q: 1 } },
    ],
    [
      'Anthropic, when it failed',
      { type: 'tool_result', tool_use_id: 'c4', is_error: true, content: 'disk full' },
      { type: 'tool_call_response', id: 'c4', response: 'disk full', is_error: true },
    ],
    [
      'Amazon, when it failed',
      { toolResult: { toolUseId: 'c5', status: 'error', content: [{ text: 'no' }] } },
      { type: 'tool_call_response', id: 'c5', response: [{ text: 'no' }], is_error: true },
    ],
    [
      "the answer to OpenAI's shell",
      { type: 'local_shell_call_output', call_id: 'c6', output: 'ok' },
      { type: 'tool_call_response', id: 'c6', response: 'ok' },
    ],
  ])('is told as %s spells it', (_name, block, part) => {
    expect(toParts([block])).toEqual([part]);
  });

  it('that failed is told in a message of LangChain, and one that did not is not', () => {
    const tool = (status: string) => ({ role: 'tool', tool_call_id: 'c', content: 'x', status });
    expect(toMessages([tool('error'), tool('success')]).map(({ parts }) => parts[0])).toEqual([
      { type: 'tool_call_response', id: 'c', response: 'x', is_error: true },
      { type: 'tool_call_response', id: 'c', response: 'x' },
    ]);
  });

  it('keeps its name where its answer has no id', () => {
    expect(toMessages([{ role: 'function', name: 'look', content: '3' }])).toEqual([
      { role: 'tool', name: 'look', parts: [{ type: 'tool_call_response', response: '3' }] },
    ]);
  });
});

describe('the sources of a text', () => {
  it.each([
    ['Anthropic', { type: 'text', text: 'Oslo', citations: [{ ...source, encrypted_index: 'x' }] }, [source]],
    [
      "OpenAI's Responses API",
      { type: 'output_text', text: 'Oslo', annotations: [{ type: 'url_citation', url: 'https://a.test' }] },
      [{ type: 'url_citation', url: 'https://a.test' }],
    ],
    [
      'Amazon',
      { citationsContent: { content: [{ text: 'Oslo' }], citations: [{ title: 'Atlas' }] } },
      [{ title: 'Atlas' }],
    ],
  ])('are told as %s spells them', (_name, block, citations) => {
    expect(toParts([block])).toEqual([{ type: 'text', content: 'Oslo', citations }]);
  });

  it('stand with the message in the chat of OpenAI', () => {
    const annotations = [{ type: 'url_citation', url_citation: { url: 'https://a.test', title: 'A' } }];
    expect(toMessages([{ role: 'assistant', content: 'Oslo', annotations }])[0]?.parts).toEqual([
      { type: 'text', content: 'Oslo', citations: [{ type: 'url_citation', url: 'https://a.test', title: 'A' }] },
    ]);
  });

  it('that end a streamed text belong to it', () => {
    expect(
      toParts([
        { type: 'text', text: 'Oslo' },
        { type: 'text', citations: [source] },
      ]),
    ).toEqual([{ type: 'text', content: 'Oslo', citations: [source] }]);
  });

  it('are no key of a text without any', () => {
    expect(toParts([{ type: 'output_text', text: 'Oslo', annotations: [] }])).toEqual([
      { type: 'text', content: 'Oslo' },
    ]);
  });
});

describe('thoughts', () => {
  it.each([
    ['Anthropic', { type: 'thinking', thinking: 'hm', signature: 's' }],
    ['OpenAI, in pieces', { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], content: [] }],
    ['Mistral', { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }],
    ['Google', { text: 'hm', thought: true }],
    ['Amazon', { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } }],
    ['LangChain', { type: 'reasoning', reasoning: 'hm' }],
  ])('are told as %s spells them', (_name, block) => {
    expect(toParts([block])).toEqual([{ type: 'reasoning', content: 'hm' }]);
  });

  it.each([
    ['Anthropic, that are not shown', { type: 'thinking', thinking: '', signature: 's' }],
    ['OpenAI', { type: 'reasoning', id: 'r', summary: [], encrypted_content: 'x' }],
  ])('that nobody can read are left out (%s)', (_name, block) => {
    expect(toParts([block])).toEqual([]);
  });

  it('stand once in a message that names them twice', () => {
    const message = { role: 'assistant', content: 'a', reasoning: 'hm', reasoning_content: 'hm' };
    expect(toMessages([message])[0]?.parts).toEqual([
      { type: 'reasoning', content: 'hm' },
      { type: 'text', content: 'a' },
    ]);
  });
});

describe('a chat message', () => {
  it('tells what was refused, said and drawn, and the tools that ran', () => {
    const message = {
      role: 'assistant',
      content: 'Well.',
      refusal: 'I cannot.',
      audio: { id: 'a', transcript: 'Hello.', data: 'UklGRg==' },
      images: [{ type: 'image_url', image_url: { url: 'https://a.test/x.png' } }],
      executed_tools: [{ index: 0, type: 'search', arguments: '{"query":"tides"}', output: 'high' }],
    };
    expect(toMessages([message])[0]?.parts).toEqual([
      { type: 'server_tool_call', name: 'search', server_tool_call: { type: 'search', input: { query: 'tides' } } },
      { type: 'server_tool_call_response', server_tool_call_response: { type: 'search', output: 'high' } },
      { type: 'text', content: 'Well.' },
      { type: 'text', content: 'I cannot.' },
      { type: 'text', content: 'Hello.' },
      { type: 'blob', modality: 'audio', content: 'UklGRg==' },
      { type: 'uri', modality: 'image', uri: 'https://a.test/x.png' },
    ]);
  });

  it('names an earlier voice by its id', () => {
    expect(toMessages([{ role: 'assistant', audio: { id: 'audio_1' } }])[0]?.parts).toEqual([
      { type: 'file', modality: 'audio', file_id: 'audio_1' },
    ]);
  });

  it('of a text document keeps its text', () => {
    const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Plain words.' } };
    expect(toParts([document])).toEqual([{ type: 'text', content: 'Plain words.' }]);
  });
});

describe('an answer with its message beside other facts', () => {
  it.each([
    [
      'Ollama',
      { model: 'llama3', done: true, message: { role: 'assistant', content: 'At six.', thinking: 'Hm.' } },
      [
        { type: 'reasoning', content: 'Hm.' },
        { type: 'text', content: 'At six.' },
      ],
    ],
    [
      'Ollama, with calls',
      {
        message: { role: 'assistant', content: '', tool_calls: [{ function: { name: 'tide', arguments: { at: 6 } } }] },
      },
      [{ type: 'tool_call', name: 'tide', arguments: { at: 6 } }],
    ],
    [
      'Cohere',
      {
        id: 'a',
        message: {
          role: 'assistant',
          content: [{ type: 'text', text: 'At six.' }],
          citations: [{ start: 0, end: 7, sources: [{ type: 'document', id: 'tides' }] }],
        },
      },
      [
        {
          type: 'text',
          content: 'At six.',
          citations: [{ start: 0, end: 7, sources: [{ type: 'document', id: 'tides' }] }],
        },
      ],
    ],
    [
      'Cohere, with calls',
      {
        message: {
          role: 'assistant',
          toolPlan: 'Look it up.',
          toolCalls: [{ id: 't', type: 'function', function: { name: 'tide', arguments: '{"at":6}' } }],
        },
      },
      [
        { type: 'reasoning', content: 'Look it up.' },
        { type: 'tool_call', id: 't', name: 'tide', arguments: { at: 6 } },
      ],
    ],
    [
      'Amazon',
      { output: { message: { role: 'assistant', content: [{ text: 'At six.' }] } } },
      [{ type: 'text', content: 'At six.' }],
    ],
  ])('%s', (_, answer, parts) => {
    expect(toMessages(answer, 'assistant')).toEqual([{ role: 'assistant', parts }]);
  });
});

it('sources of a message are those of its last text, unless a text has its own', () => {
  const plain = [
    { type: 'text', text: 'At ' },
    { type: 'text', text: 'six.' },
  ];
  const partsOf = (content: unknown) => toMessages([{ role: 'assistant', content, citations: ['u', 'u'] }])[0]?.parts;
  expect(partsOf(plain)).toEqual([
    { type: 'text', content: 'At ' },
    { type: 'text', content: 'six.', citations: ['u'] },
  ]);
  const cited = [{ type: 'text', text: 'At six.', citations: ['own'] }];
  expect(partsOf(cited)).toEqual([{ type: 'text', content: 'At six.', citations: ['own'] }]);
});

it.each([
  ['Anthropic', { type: 'redacted_thinking', data: 'b64' }],
  ['Amazon', { reasoningContent: { redactedContent: new Uint8Array(3) } }],
])('a thought that %s hides leaves a trace', (_, block) => {
  expect(toParts([block])).toEqual([{ type: 'reasoning', content: '', redacted: true }]);
});

it.each([
  ['a text', { type: 'text', media_type: 'text/plain', data: 'high at six' }, { type: 'text', content: 'high at six' }],
  ['a URL', { type: 'url', url: 'https://a.test/t.pdf' }, { type: 'uri', uri: 'https://a.test/t.pdf' }],
  ['a file', { type: 'file', file_id: 'f1' }, { type: 'file', file_id: 'f1' }],
  ['a payload', { type: 'base64', media_type: 'application/pdf', data: 'AAAA' }, { type: 'blob', content: 'AAAA' }],
])('a document from %s keeps its title and its context', (_, source, part) => {
  const told = { title: 'Tide table', context: 'From the harbour office.' };
  expect(toParts([{ type: 'document', source, ...told }])).toEqual([expect.objectContaining({ ...part, ...told })]);
});

it.each(['human', 'ai', 'system', 'developer', 'constructor', '__proto__'])(
  'a text of %s is the same message, read alone or from a conversation',
  (role) => {
    for (const content of ['At six.', ''])
      expect([textMessage(role, content)]).toEqual(toMessages([{ role, content }]));
  },
);

it('a role that is the name of a method of objects stays what it is', () => {
  expect(toMessages([{ role: 'constructor', content: 'x' }])[0]?.role).toBe('constructor');
});

it('bytes that are given as a message are a payload, whatever their number', () => {
  const bytes = new Uint8Array(3_000_000);
  const [{ parts, ...message } = { parts: [] }, ...others] = toMessages(bytes) ?? [];
  expect([message, others.length, parts.length]).toEqual([{ role: 'user' }, 0, 1]);
  expect(parts[0]?.type).toBe('blob');
  expect((parts[0] as { content?: unknown } | undefined)?.content).toBe(bytes);
});
