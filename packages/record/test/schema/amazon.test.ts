/** Blocks of Amazon's `Converse`. */

import { describe, expect, it } from 'vitest';
import { toMessages, toParts } from '../../src/schema/index.ts';

const bytes = new Uint8Array([137, 80, 78, 71]);

describe('content that a guardrail looks at', () => {
  it.each([
    [{ text: { text: 'Weather?', qualifiers: ['guard_content'] } }, [{ type: 'text', content: 'Weather?' }]],
    [{ text: { text: '' } }, [{ type: 'text', content: '' }]],
    [
      { image: { format: 'png', source: { bytes } } },
      [{ type: 'blob', modality: 'image', mime_type: 'image/png', content: bytes }],
    ],
    [{}, []],
  ])('is a text or a picture: %j', (guardContent, parts) => {
    expect(toParts([{ guardContent }])).toEqual(parts);
  });
});

it('a mark of the cache is no part', () => {
  const content = [{ text: 'Weather?' }, { cachePoint: { type: 'default', ttl: '1h' } }];
  expect(toMessages([{ role: 'user', content }])).toEqual([
    { role: 'user', parts: [{ type: 'text', content: 'Weather?' }] },
  ]);
});

it.each([
  ['a text', { text: 'Rain.' }, 'Rain.'],
  ['blocks', { content: [{ text: 'Rain.' }, { text: 'Sun.' }] }, 'Rain.\nSun.'],
])('a document that is %s is a text with its name', (_kind, given, content) => {
  expect(toParts([{ document: { name: 'forecast', source: given } }])).toEqual([
    { type: 'text', content, name: 'forecast' },
  ]);
});

it('a document of Anthropic with other blocks is kept as it is', () => {
  const block = { type: 'document', source: { type: 'content', content: [{ type: 'image', source: { data: 'AA' } }] } };
  expect(toParts([block])).toEqual([block]);
});

it('a source that the application found has the type that Anthropic has', () => {
  const found = { source: 'https://a.test', title: 'A', content: [{ text: 'Rain.' }] };
  expect(toParts([{ searchResult: found }])).toEqual([{ ...found, type: 'search_result' }]);
});

it('a tool that Amazon runs is one of the server', () => {
  const content = [{ text: 'Rain.' }];
  const parts = toParts([
    { toolUse: { toolUseId: 't1', name: 'nova_grounding', input: { q: 'x' }, type: 'server_tool_use' } },
    { toolResult: { toolUseId: 't1', content, status: 'success', type: 'nova_grounding_result' } },
    { toolUse: { toolUseId: 't2', name: 'weather', input: {} } },
    { toolResult: { toolUseId: 't2', content, status: 'error' } },
  ]);
  expect(parts).toEqual([
    {
      type: 'server_tool_call',
      id: 't1',
      name: 'nova_grounding',
      server_tool_call: { type: 'nova_grounding', input: { q: 'x' } },
    },
    {
      type: 'server_tool_call_response',
      id: 't1',
      server_tool_call_response: { type: 'nova_grounding', status: 'success', content },
    },
    { type: 'tool_call', id: 't2', name: 'weather', arguments: {} },
    { type: 'tool_call_response', id: 't2', response: content, is_error: true },
  ]);
});
