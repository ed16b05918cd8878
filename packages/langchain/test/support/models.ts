import { ChatAnthropic } from '@langchain/anthropic';
import { ChatBedrockConverse } from '@langchain/aws';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { ChatGoogle } from '@langchain/google';
import { ChatGoogleGenerativeAI } from '@langchain/google-genai';
import { ChatMistralAI } from '@langchain/mistralai';
import { ChatOllama } from '@langchain/ollama';
import { ChatOpenAI } from '@langchain/openai';
import { anthropicText, anthropicTool } from '../../../../test/support/wire/anthropic.ts';
import { bedrockText, bedrockTool } from '../../../../test/support/wire/bedrock.ts';
import { googleText, googleTool } from '../../../../test/support/wire/google.ts';
import {
  openaiChatText,
  openaiChatTool,
  openaiResponsesText,
  openaiResponsesTool,
} from '../../../../test/support/wire/openai.ts';
import type { WireReply } from '../../../../test/support/wire/server.ts';
import { mistralText, mistralTool } from './wire/mistral.ts';
import { ollamaText, ollamaTool } from './wire/ollama.ts';

/** A LangChain chat model with what its provider answers. */
export interface WireModel {
  readonly protocol?: 'h2';
  readonly create: (url: string) => BaseChatModel;
  readonly text: (stream: boolean) => WireReply;
  readonly tool: (stream: boolean) => WireReply;
}

const PARAMETERS = { temperature: 0, maxRetries: 0 };

/** Amazon's client takes the address of a service from the environment only, when LangChain makes it. */
function bedrock(url: string): BaseChatModel {
  process.env['AWS_ENDPOINT_URL_BEDROCK_RUNTIME'] = url;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new ChatBedrockConverse({
    model: 'anthropic.claude-3-5-haiku-20241022-v1:0',
    region: 'us-east-1',
    credentials,
    maxTokens: 64,
    topP: 0.5,
    ...PARAMETERS,
  });
}

/** Every client that is tested, by its class. */
export const MODELS = {
  ChatOpenAI: {
    create: (url) =>
      new ChatOpenAI({
        model: 'gpt-4o-mini',
        apiKey: 'test',
        maxTokens: 64,
        topP: 0.5,
        configuration: { baseURL: `${url}/v1` },
        ...PARAMETERS,
      }),
    text: openaiChatText,
    tool: openaiChatTool,
  },
  'ChatOpenAI (Responses)': {
    create: (url) =>
      new ChatOpenAI({
        model: 'gpt-5-mini',
        apiKey: 'test',
        maxTokens: 64,
        topP: 0.5,
        useResponsesApi: true,
        configuration: { baseURL: `${url}/v1` },
        ...PARAMETERS,
      }),
    text: openaiResponsesText,
    tool: openaiResponsesTool,
  },
  ChatAnthropic: {
    create: (url) =>
      new ChatAnthropic({
        model: 'claude-3-5-haiku-latest',
        apiKey: 'test',
        maxTokens: 64,
        topP: 0.5,
        anthropicApiUrl: url,
        ...PARAMETERS,
      }),
    text: anthropicText,
    tool: anthropicTool,
  },
  ChatGoogleGenerativeAI: {
    create: (url) =>
      new ChatGoogleGenerativeAI({
        model: 'gemini-2.5-flash',
        apiKey: 'test',
        maxOutputTokens: 64,
        topP: 0.5,
        baseUrl: url,
        ...PARAMETERS,
      }),
    text: googleText,
    tool: googleTool,
  },
  ChatGoogle: {
    create: (url) =>
      new ChatGoogle({
        model: 'gemini-2.5-flash',
        apiKey: 'test',
        platformType: 'gai',
        maxOutputTokens: 64,
        topP: 0.5,
        endpoint: url,
        ...PARAMETERS,
      }),
    text: googleText,
    tool: googleTool,
  },
  ChatBedrockConverse: { protocol: 'h2', create: bedrock, text: bedrockText, tool: bedrockTool },
  ChatOllama: {
    create: (url) => new ChatOllama({ model: 'llama3.2', baseUrl: url, numPredict: 64, topP: 0.5, ...PARAMETERS }),
    text: ollamaText,
    tool: ollamaTool,
  },
  ChatMistralAI: {
    create: (url) =>
      new ChatMistralAI({
        model: 'mistral-small-latest',
        apiKey: 'test',
        maxTokens: 64,
        topP: 0.5,
        serverURL: url,
        ...PARAMETERS,
      }),
    text: mistralText,
    tool: mistralTool,
  },
} as const satisfies Readonly<Record<string, WireModel>>;
