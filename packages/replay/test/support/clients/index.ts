/** Clients by name. */
import { aiSdk, aiSdkAnthropic, aiSdkResponses } from './ai-sdk.ts';
import { anthropic } from './anthropic.ts';
import type { Ask } from './ask.ts';
import { langchain, langchainAnthropic, langchainResponses } from './langchain.ts';
import { llamaindex } from './llamaindex.ts';
import { openai, responses } from './openai.ts';

/** Clients by name. */
export const CLIENTS: Readonly<Record<string, Ask>> = {
  openai,
  'openai-responses': responses,
  anthropic,
  langchain,
  'langchain-responses': langchainResponses,
  'langchain-anthropic': langchainAnthropic,
  llamaindex,
  'ai-sdk': aiSdk,
  'ai-sdk-responses': aiSdkResponses,
  'ai-sdk-anthropic': aiSdkAnthropic,
};
