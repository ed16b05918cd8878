import { describe, expect, it } from 'vitest';
import { normalizeUsage } from '../../src/usage/index.ts';

const usage = { input_tokens: 700, output_tokens: 60, total_tokens: 760 };
const search = { type: 'web_search_call', action: { type: 'search' } };

describe('searches whose price the answer does not tell', () => {
  it.each([
    ['a model that always searches', { model: 'gpt-4o-mini-search-preview-2025-03-11', usage }, ['web_searches']],
    [
      "the preview of OpenAI's search",
      { model: 'gpt-4.1', usage, output: [search], tools: [{ type: 'web_search_preview' }] },
      ['web_search_preview'],
    ],
    [
      "Google's maps",
      { model: 'gemini-2.5-flash', usage, groundingMetadata: { groundingChunks: [{ maps: { uri: 'x' } }] } },
      ['groundingMetadata.groundingChunks.maps'],
    ],
    ["Perplexity's", { model: 'sonar', usage: { ...usage, search_context_size: 'low' } }, ['search_context_size']],
  ])('are unknown: %s', (_name, answer, unknown) => {
    expect(normalizeUsage(answer)?.unknown).toEqual(unknown);
  });

  it.each([
    ['of a model that reasons', { model: 'o4-mini', usage, output: [search], tools: [{ type: 'web_search_preview' }] }],
    ['that was not used', { model: 'gpt-4.1', usage, output: [], tools: [{ type: 'web_search_preview' }] }],
    ['with a cost', { model: 'sonar', usage: { ...usage, search_context_size: 'low', cost: { total_cost: 0.006 } } }],
  ])('are none: %s', (_name, answer) => {
    expect(normalizeUsage(answer)).not.toHaveProperty('unknown');
  });

  it('are counted from metadata that LangChain keeps', () => {
    const response_metadata = { groundingMetadata: { webSearchQueries: ['a', 'b', 'c'] } };
    const found = normalizeUsage({ usage_metadata: usage, response_metadata }, { model: 'gemini-3-flash-preview' });
    expect(found?.units.web_searches).toBe(3);
  });
});
