import type { SpanAttributes } from '@spanline/core';

/** The question of all calls. */
export const QUESTION = 'How do I redact passwords?';
/** The answer to it. */
export const ANSWER = 'Use the redact option.';
/** The system's message. */
export const INSTRUCTIONS = 'You answer questions about the manual.';

/** What is known before a call: facts and content, as a reader of requests gives them. */
export const requestFacts = (): SpanAttributes => ({
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.request.temperature': 0,
  'gen_ai.system_instructions': [{ type: 'text', content: INSTRUCTIONS }],
  'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: QUESTION }] }],
});

/** What is known after it. */
export const answerFacts = (): SpanAttributes => ({
  'gen_ai.response.id': 'chatcmpl-bench',
  'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 40,
  'gen_ai.usage.output_tokens': 12,
  'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: ANSWER }], finish_reason: 'stop' }],
});
