/** One question over the clients of several libraries. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, streamText, wrapLanguageModel } from 'ai';
import OpenAI from 'openai';
import { spanlineMiddleware } from '@spanline/ai-sdk';
import { wrapAnthropic } from '@spanline/anthropic';
import type { Tracer } from '@spanline/core';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { wrapOpenAI } from '@spanline/openai';
import { CLAUDE } from './replies.ts';

/** Where and how a model is asked. */
export interface Asking {
  readonly tracer: Tracer;
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly stream: boolean;
  readonly signal: AbortSignal;
  /** Gets each part of a stream. */
  onPart(part: unknown): void;
}
/** Asks one question. */
export type Ask = (asking: Asking) => Promise<unknown>;

const drain = async (stream: AsyncIterable<unknown>, { onPart }: Asking): Promise<void> => {
  for await (const part of stream) onPart(part);
};

const langchain =
  (create: (asking: Asking) => ChatAnthropic | ChatOpenAI): Ask =>
  async (asking) => {
    const { tracer, stream, signal } = asking;
    const options = { callbacks: [new SpanlineCallbackHandler({ tracer })], signal };
    const model = create(asking);
    await (stream
      ? model.stream('Weather?', options).then((parts) => drain(parts, asking))
      : model.invoke('Weather?', options));
  };

type AiSdkModel = ReturnType<ReturnType<typeof createOpenAI>['chat']>;
const aiSdk =
  (create: (asking: Asking) => AiSdkModel, anthropic = {}): Ask =>
  async (asking) => {
    const { tracer, stream, signal: abortSignal } = asking;
    const model = wrapLanguageModel({ model: create(asking), middleware: spanlineMiddleware({ tracer }) });
    const providerOptions = { anthropic };
    const request = {
      model,
      prompt: 'Weather?',
      maxRetries: 0,
      maxOutputTokens: 3000,
      temperature: 0.5,
      abortSignal,
      providerOptions,
    };
    if (stream) await drain(streamText({ ...request, onError: () => undefined }).fullStream, asking);
    else await generateText(request);
  };

/** Messages of Anthropic, with thinking. */
export const ANTHROPIC = {
  anthropic: async (asking) => {
    const { tracer, url, fetch, stream, signal } = asking;
    const client = wrapAnthropic(new Anthropic({ apiKey: 'test', baseURL: url, maxRetries: 0, fetch }), { tracer });
    const answer = await client.messages.create(
      {
        model: CLAUDE,
        max_tokens: 3000,
        thinking: { type: 'adaptive' },
        stream,
        messages: [{ role: 'user', content: 'Weather?' }],
      },
      { signal },
    );
    if (Symbol.asyncIterator in answer) await drain(answer, asking);
  },
  langchain: langchain(
    ({ url, fetch }) =>
      new ChatAnthropic({
        model: CLAUDE,
        apiKey: 'test',
        maxRetries: 0,
        maxTokens: 3000,
        thinking: { type: 'adaptive' },
        anthropicApiUrl: url,
        clientOptions: { fetch },
      }),
  ),
  'ai-sdk': aiSdk(
    ({ url, fetch }) => createAnthropic({ apiKey: 'test', baseURL: `${url}/v1`, fetch })('claude-haiku-4-5'),
    { thinking: { type: 'enabled', budgetTokens: 1024 } },
  ),
} satisfies Readonly<Record<string, Ask>>;

/** Chat completions of OpenAI. */
export const OPENAI: Readonly<Record<string, Ask>> = {
  openai: async (asking) => {
    const { tracer, url, fetch, stream, signal } = asking;
    const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: url, maxRetries: 0, fetch }), { tracer });
    const answer = await client.chat.completions.create(
      { model: 'gpt-4o', stream, messages: [{ role: 'user', content: 'Weather?' }] },
      { signal },
    );
    if (Symbol.asyncIterator in answer) await drain(answer, asking);
  },
  langchain: langchain(
    ({ url, fetch }) =>
      new ChatOpenAI({ model: 'gpt-4o', apiKey: 'test', maxRetries: 0, configuration: { baseURL: url, fetch } }),
  ),
  'ai-sdk': aiSdk(({ url, fetch }) => createOpenAI({ apiKey: 'test', baseURL: url, fetch }).chat('gpt-4o')),
};

/** Responses of OpenAI. */
export const RESPONSES: Readonly<Record<string, Ask>> = {
  openai: async (asking) => {
    const { tracer, url, fetch, stream, signal } = asking;
    const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: url, maxRetries: 0, fetch }), { tracer });
    const answer = await client.responses.create({ model: 'gpt-4o', stream, input: 'Weather?' }, { signal });
    if (Symbol.asyncIterator in answer) await drain(answer, asking);
  },
  langchain: langchain(
    ({ url, fetch }) =>
      new ChatOpenAI({
        model: 'gpt-4o',
        apiKey: 'test',
        maxRetries: 0,
        useResponsesApi: true,
        configuration: { baseURL: url, fetch },
      }),
  ),
  'ai-sdk': aiSdk(({ url, fetch }) => createOpenAI({ apiKey: 'test', baseURL: url, fetch }).responses('gpt-4o')),
};
