/** Requests to models of Cohere on Amazon Bedrock that write. */

import { AMAZON, answered, CALLED, type Invocation, METRICS, QUESTION, SAID, TOLD } from './invocation.ts';

/** The older Command, and Command R. */
export const COHERE_TEXTS: Readonly<Record<string, Invocation>> = {
  Command: {
    modelId: 'cohere.command-text-v14',
    body: { prompt: 'Weather?', max_tokens: 100, p: 0.5, k: 5 },
    whole: {
      id: 'c1',
      generations: [{ id: 'g1', text: 'It is sunny.', finish_reason: 'COMPLETE' }],
      prompt: 'Weather?',
    },
    pieces: [
      { text: 'It is', is_finished: false },
      { text: ' sunny.', is_finished: false },
      { is_finished: true, finish_reason: 'COMPLETE', ...METRICS },
    ],
    headers: AMAZON,
    line: { ...answered('COMPLETE'), 'gen_ai.request.top_p': 0.5, 'gen_ai.request.top_k': 5 },
  },
  'Command R, a call of a tool beside a text': {
    modelId: 'cohere.command-r-v1:0',
    body: {
      message: 'Weather?',
      preamble: 'Be kind.',
      chat_history: [
        { role: 'USER', message: 'Time?' },
        { role: 'CHATBOT', message: 'I look.', tool_calls: [{ name: 'clock', parameters: {} }] },
        { role: 'TOOL', tool_results: [{ call: { name: 'clock' }, outputs: [{ now: 'noon' }] }] },
      ],
      p: 0.5,
      k: 5,
      max_tokens: 100,
      tools: [{ name: 'weather', description: 'Looks out.', parameter_definitions: { city: { type: 'str' } } }],
    },
    whole: {
      text: 'It is sunny.',
      generation_id: 'g1',
      tool_calls: [{ name: 'weather', parameters: { city: 'Oslo' } }],
      finish_reason: 'COMPLETE',
    },
    pieces: [
      { event_type: 'stream-start', generation_id: 'g1', is_finished: false },
      { event_type: 'text-generation', text: 'It is', is_finished: false },
      { event_type: 'text-generation', text: ' sunny.', is_finished: false },
      { event_type: 'tool-calls-chunk', tool_call_delta: { index: 0, name: 'weather' }, is_finished: false },
      { event_type: 'tool-calls-chunk', tool_call_delta: { index: 0, parameters: '{"city":"Oslo"}' } },
      { event_type: 'tool-calls-generation', tool_calls: [{ name: 'weather', parameters: { city: 'Oslo' } }] },
      { event_type: 'stream-end', finish_reason: 'COMPLETE', is_finished: true, ...METRICS },
    ],
    headers: AMAZON,
    line: {
      ...TOLD,
      'span.name': 'chat cohere.command-r-v1:0',
      'gen_ai.response.id': 'g1',
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.top_p': 0.5,
      'gen_ai.request.top_k': 5,
      'gen_ai.response.finish_reasons': ['COMPLETE'],
      'gen_ai.system_instructions': [{ type: 'text', content: 'Be kind.' }],
      'gen_ai.tool.definitions': [
        { name: 'weather', description: 'Looks out.', parameters: { city: { type: 'str' } } },
      ],
      'gen_ai.input.messages': [
        { role: 'user', parts: [{ type: 'text', content: 'Time?' }] },
        { role: 'assistant', parts: [{ content: 'I look.' }, { type: 'tool_call', name: 'clock', arguments: {} }] },
        { role: 'tool', name: 'clock', parts: [{ type: 'tool_call_response', response: [{ now: 'noon' }] }] },
        QUESTION,
      ],
      'gen_ai.output.messages': [{ role: 'assistant', parts: [SAID, CALLED], finish_reason: 'COMPLETE' }],
    },
  },
};
