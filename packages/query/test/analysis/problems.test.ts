/** How steps went wrong, by the words of providers. */

import { expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { problemOf } from '../../src/analysis/chain/problem.ts';

it.each([
  ['content_filter', 'a content filter stopped the answer'],
  ['content-filter', 'a content filter stopped the answer'],
  ['PROHIBITED_CONTENT', 'a content filter stopped the answer'],
  ['content_filtered', 'a content filter stopped the answer'],
  ['guardrail_intervened', 'a guardrail stopped the answer'],
  ['refusal', 'the model refused'],
  ['length', 'the answer stopped at the token limit'],
  ['max_output_tokens', 'the answer stopped at the token limit'],
  ['MAX_TOKENS', 'the answer stopped at the token limit'],
  ['end_turn', undefined],
  ['constructor', undefined],
  ['__proto__', undefined],
])('an answer with the finish reason %s: %s', (reason, problem) => {
  expect(problemOf({ 'span.type': 'llm', 'gen_ai.response.finish_reasons': ['stop', reason] })).toBe(problem);
});

it('a status that nobody writes is no problem', () => {
  expect(problemOf({ 'span.status': 'constructor' } as unknown as SpanRecord)).toBeUndefined();
});
