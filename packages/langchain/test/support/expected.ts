import type { SpanAttributes } from '@spanline/core';
import type { MODELS } from './models.ts';

/** What differs from provider to provider; the rest is the same for all. */
export interface Expected {
  /** In any way of calling. */
  readonly always: SpanAttributes;
  readonly invoked?: SpanAttributes;
  readonly streamed?: SpanAttributes;
  /** `streamEvents` in its third version: LangChain's words for finish reasons, and less of the metadata. */
  readonly events?: SpanAttributes;
  readonly reasons: { readonly text: string; readonly tool: string };
  /** Exact cost, from the price list: of plain calls, and where events of the third version tell less. */
  readonly usd?: number;
  readonly usdOfEvents?: number;
  /** The option `streaming` makes an invoke stream; `ChatOpenAI` would count tokens with a table that it fetches. */
  readonly streamsByOption?: true;
  /** Tool calls reach no callback while they are streamed. */
  readonly hidesToolChunks?: true;
}

const CACHED_64 = { 'gen_ai.usage.cache_read.input_tokens': 64 };
const REASONING_12 = { 'gen_ai.usage.reasoning.output_tokens': 12 };
const GOOGLE = { 'gen_ai.provider.name': 'gcp.gemini', 'gen_ai.request.model': 'gemini-2.5-flash' };
const AUDIO_8 = { 'gen_ai.usage.audio.input_tokens': 8 };
const ANTHROPIC_USAGE = { ...CACHED_64, 'gen_ai.usage.cache_write.input_tokens': 10 };

/** What a line must tell of each client's call, beside what is the same for all. */
export const EXPECTED: Readonly<Record<keyof typeof MODELS, Expected>> = {
  ChatOpenAI: {
    always: {
      ...CACHED_64,
      ...REASONING_12,
      ...AUDIO_8,
      'gen_ai.usage.audio.output_tokens': 4,
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.response.id': 'chatcmpl-1',
      'server.address': '127.0.0.1',
    },
    reasons: { text: 'stop', tool: 'tool_calls' },
    usd: 0.0000222,
  },
  'ChatOpenAI (Responses)': {
    always: {
      ...CACHED_64,
      ...REASONING_12,
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
      'gen_ai.response.id': 'resp_1',
      'gen_ai.response.status': 'completed',
      'server.address': '127.0.0.1',
    },
    reasons: { text: 'completed', tool: 'completed' },
    usd: 0.0000506,
  },
  ChatAnthropic: {
    streamsByOption: true,
    always: {
      ...ANTHROPIC_USAGE,
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-3-5-haiku-latest',
      'gen_ai.response.model': 'claude-3-5-haiku-20241022',
      'gen_ai.response.id': 'msg_1',
      'server.address': '127.0.0.1',
    },
    streamed: { 'spanline.usage.issue': 'chunks_added' },
    events: { 'spanline.usage.issue': 'chunks_added' },
    reasons: { text: 'end_turn', tool: 'tool_use' },
    usd: 0.00011592,
  },
  ChatGoogleGenerativeAI: {
    streamsByOption: true,
    always: {
      ...GOOGLE,
      ...REASONING_12,
      'gen_ai.usage.cache_read.input_tokens': 32,
      'spanline.usage.issue': 'reasoning_added',
    },
    invoked: { 'server.address': '127.0.0.1' },
    reasons: { text: 'STOP', tool: 'STOP' },
    usd: 0.00007136,
    hidesToolChunks: true,
  },
  ChatGoogle: {
    streamsByOption: true,
    always: { ...GOOGLE, ...REASONING_12 },
    invoked: {
      ...AUDIO_8,
      'gen_ai.usage.cache_read.input_tokens': 32,
      'gen_ai.response.model': 'gemini-2.5-flash',
      'gen_ai.response.id': 'resp_1',
    },
    streamed: { ...AUDIO_8, 'gen_ai.usage.cache_read.input_tokens': 32 },
    events: { 'spanline.usage.issue': 'reasoning_added' },
    reasons: { text: 'STOP', tool: 'STOP' },
    usd: 0.00007696,
    usdOfEvents: 0.00008,
  },
  ChatBedrockConverse: {
    streamsByOption: true,
    always: {
      ...ANTHROPIC_USAGE,
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.request.model': 'anthropic.claude-3-5-haiku-20241022-v1:0',
    },
    invoked: { 'spanline.provider.request_id': 'req_1' },
    reasons: { text: 'end_turn', tool: 'tool_use' },
    usd: 0.00011592,
  },
  ChatOllama: {
    always: { 'gen_ai.provider.name': 'ollama', 'gen_ai.request.model': 'llama3.2' },
    invoked: { 'gen_ai.response.model': 'llama3.2', 'gen_ai.request.stream': true },
    streamed: { 'gen_ai.response.model': 'llama3.2' },
    reasons: { text: 'stop', tool: 'stop' },
  },
  ChatMistralAI: {
    streamsByOption: true,
    always: {
      'gen_ai.provider.name': 'mistral_ai',
      'gen_ai.request.model': 'mistral-small-latest',
      'gen_ai.response.model': 'mistral-small-2503',
      'server.address': '127.0.0.1',
    },
    reasons: { text: 'stop', tool: 'tool_calls' },
    usd: 0.000016,
  },
};
