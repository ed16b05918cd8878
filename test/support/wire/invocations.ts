/** Requests to models on Amazon Bedrock that write, in each maker's own shape. */

import { COHERE_TEXTS } from './cohere.ts';
import {
  AMAZON,
  answered,
  ASKED,
  CALL,
  CALLED,
  type Invocation,
  METRICS,
  QUESTION,
  SAID,
  TOLD,
  USAGE,
} from './invocation.ts';

/** Makers that copy OpenAI's chat completions. */
const chat = (modelId: string): Invocation => ({
  modelId,
  body: { messages: ASKED, max_completion_tokens: 100, stop: ['x'], seed: 7, reasoning_effort: 'low' },
  whole: {
    id: 'c1',
    choices: [{ index: 0, message: { role: 'assistant', content: 'It is sunny.' }, finish_reason: 'stop' }],
    ...USAGE,
  },
  pieces: [
    { id: 'c1', choices: [{ index: 0, delta: { role: 'assistant', content: 'It is' } }] },
    { id: 'c1', choices: [{ index: 0, delta: { content: ' sunny.' }, finish_reason: 'stop' }] },
    { id: 'c1', choices: [], ...USAGE, ...METRICS },
  ],
  line: {
    ...answered('stop'),
    'span.name': `chat ${modelId}`,
    'gen_ai.response.id': 'c1',
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.stop_sequences': ['x'],
    'gen_ai.request.seed': 7,
    'gen_ai.request.reasoning.level': 'low',
    'gen_ai.input.messages': [QUESTION],
  },
});

/** Models that write. */
export const TEXTS: Readonly<Record<string, Invocation>> = {
  Jamba: chat('ai21.jamba-1-5-large-v1:0'),
  Qwen: chat('qwen.qwen3-32b-v1:0'),
  Palmyra: chat('us.writer.palmyra-x5-v1:0'),
  'gpt-oss': chat('openai.gpt-oss-120b-1:0'),
  DeepSeek: chat('deepseek.v3-v1:0'),
  'Mistral, whose pieces have whole messages': {
    modelId: 'mistral.mistral-large-2407-v1:0',
    body: { messages: ASKED, max_tokens: 100 },
    whole: { choices: [{ index: 0, message: { role: 'assistant', content: 'It is sunny.' }, stop_reason: 'stop' }] },
    pieces: [
      { choices: [{ index: 0, message: { role: 'assistant', content: 'It is' }, stop_reason: null }] },
      { choices: [{ index: 0, message: { role: 'assistant', content: ' sunny.' }, stop_reason: 'stop' }], ...METRICS },
    ],
    headers: AMAZON,
    line: { ...answered('stop'), 'gen_ai.input.messages': [QUESTION] },
  },
  'Mistral, a call of a tool': {
    modelId: 'mistral.mistral-large-2407-v1:0',
    body: { messages: ASKED },
    whole: {
      choices: [
        { index: 0, message: { role: 'assistant', content: '', tool_calls: [CALL] }, stop_reason: 'tool_calls' },
      ],
    },
    pieces: [
      {
        choices: [{ index: 0, message: { role: 'assistant', tool_calls: [CALL] }, stop_reason: 'tool_calls' }],
        ...METRICS,
      },
    ],
    headers: AMAZON,
    line: {
      ...TOLD,
      'gen_ai.output.messages': [{ parts: [{ ...CALLED, id: 'call_1' }], finish_reason: 'tool_calls' }],
    },
  },
  'Mistral, a prompt': {
    modelId: 'mistral.mistral-7b-instruct-v0:2',
    body: { prompt: 'Weather?', max_tokens: 100, top_k: 5, stop: ['x'] },
    whole: { outputs: [{ text: 'It is sunny.', stop_reason: 'stop' }] },
    pieces: [
      { outputs: [{ text: 'It is', stop_reason: null }] },
      { outputs: [{ text: ' sunny.', stop_reason: 'stop' }], ...METRICS },
    ],
    headers: AMAZON,
    line: {
      ...answered('stop'),
      'gen_ai.operation.name': 'text_completion',
      'gen_ai.request.top_k': 5,
      'gen_ai.request.stop_sequences': ['x'],
      'gen_ai.input.messages': [QUESTION],
    },
  },
  'DeepSeek R1': {
    modelId: 'us.deepseek.r1-v1:0',
    body: { prompt: 'Weather?', max_tokens: 100 },
    whole: { choices: [{ text: 'It is sunny.', stop_reason: 'stop' }] },
    pieces: [
      { choices: [{ text: 'It is', stop_reason: null }] },
      { choices: [{ text: ' sunny.', stop_reason: 'stop' }], ...METRICS },
    ],
    headers: AMAZON,
    line: answered('stop'),
  },
  Jurassic: {
    modelId: 'ai21.j2-mid-v1',
    body: {
      prompt: 'Weather?',
      maxTokens: 100,
      topP: 0.5,
      numResults: 2,
      countPenalty: { scale: 0 },
      frequencyPenalty: { scale: 0.5 },
    },
    whole: {
      id: 1,
      completions: [
        { data: { text: 'It is sunny.' }, finishReason: { reason: 'endoftext' } },
        { data: { text: 'It rains.' }, finishReason: { reason: 'length', length: 100 } },
      ],
    },
    headers: AMAZON,
    line: {
      ...TOLD,
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.top_p': 0.5,
      'gen_ai.request.choice.count': 2,
      'gen_ai.request.frequency_penalty': 0.5,
      'gen_ai.response.finish_reasons': ['endoftext', 'length'],
      'gen_ai.output.messages': [{ parts: [SAID] }, { parts: [{ content: 'It rains.' }] }],
    },
  },
  'Claude 2': {
    modelId: 'anthropic.claude-v2:1',
    body: { prompt: 'Weather?', max_tokens_to_sample: 100, stop_sequences: ['x'] },
    whole: { type: 'completion', completion: 'It is sunny.', stop_reason: 'stop_sequence', stop: 'x' },
    pieces: [
      { type: 'completion', completion: 'It is', stop_reason: null },
      { type: 'completion', completion: ' sunny.', stop_reason: 'stop_sequence', ...METRICS },
    ],
    headers: AMAZON,
    line: {
      ...answered('stop_sequence'),
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.stop_sequences': ['x'],
    },
  },
  ...COHERE_TEXTS,
  Pegasus: {
    modelId: 'us.twelvelabs.pegasus-1-2-v1:0',
    body: {
      inputPrompt: 'Weather?',
      mediaSource: { s3Location: { uri: 's3://bucket/film.mp4' } },
      maxOutputTokens: 100,
    },
    whole: { message: 'It is sunny.', finishReason: 'stop' },
    pieces: [{ message: 'It is' }, { message: ' sunny.', finishReason: 'stop', ...METRICS }],
    headers: AMAZON,
    line: {
      ...answered('stop'),
      'gen_ai.request.max_tokens': 100,
      'gen_ai.input.messages': [
        { role: 'user', parts: [{ type: 'uri', modality: 'video', uri: 's3://bucket/film.mp4' }, QUESTION.parts[0]] },
      ],
    },
  },
};
