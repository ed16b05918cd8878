/** Clients of providers. */

import AnthropicSdk from '@anthropic-ai/sdk';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import OpenAI from 'openai';
import { wrapAnthropic } from '@spanline/anthropic';
import { wrapBedrock } from '@spanline/bedrock';
import { wrapGoogleGenAI } from '@spanline/google-genai';
import { wrapOpenAI } from '@spanline/openai';
import { ASKED, type Caller, drained, KEY, MODELS, type Scene } from './caller.ts';

/** The client, traced if clients are. */
export function openaiOf({ url, tracer, has }: Scene): OpenAI {
  const client = new OpenAI({ ...KEY, baseURL: `${url}/v1` });
  return has('client') ? wrapOpenAI(client, { tracer }) : client;
}

const openai: Caller = {
  name: 'the OpenAI client',
  recorders: ['client'],
  start(scene) {
    const { chat, responses, embeddings } = openaiOf(scene);
    const streamed = { stream: true, stream_options: { include_usage: true } } as const;
    return {
      calls: [
        () => chat.completions.create({ model: MODELS.gpt, messages: ASKED }),
        () => drained(chat.completions.create({ model: MODELS.gpt, messages: ASKED, ...streamed })),
        () => responses.create({ model: MODELS.gpt, input: 'plain' }),
        () => drained(responses.create({ model: MODELS.gpt, input: 'plain', stream: true })),
        () => embeddings.create({ model: MODELS.embedder, input: ['a', 'b'] }),
      ],
    };
  },
};

/** The client, traced if clients are. */
export function anthropicOf({ url, tracer, has }: Scene): AnthropicSdk {
  const client = new AnthropicSdk({ ...KEY, baseURL: url });
  return has('client') ? wrapAnthropic(client, { tracer }) : client;
}

const anthropic: Caller = {
  name: "Anthropic's client",
  recorders: ['client'],
  start(scene) {
    const client = anthropicOf(scene);
    const request = { model: MODELS.claude, max_tokens: 9, messages: ASKED };
    return {
      calls: [
        () => client.messages.create(request),
        () => drained(client.messages.create({ ...request, stream: true })),
        () => client.messages.stream(request).finalMessage(),
      ],
    };
  },
};

const google: Caller = {
  name: 'the Google GenAI client',
  recorders: ['client'],
  start({ url, tracer, has }) {
    const client = new GoogleGenAI({ apiKey: 'test', apiVersion: 'v1beta', httpOptions: { baseUrl: url } });
    const { models, chats } = has('client') ? wrapGoogleGenAI(client, { tracer }) : client;
    const request = { model: MODELS.gemini, contents: 'plain' };
    return {
      calls: [
        () => models.generateContent(request),
        () => drained(models.generateContentStream(request)),
        () => chats.create({ model: MODELS.gemini }).sendMessage({ message: 'plain' }),
      ],
    };
  },
};

/** The client, traced if clients are. */
export function bedrockOf({ url, tracer, has }: Scene): BedrockRuntimeClient {
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    // Its usual handler speaks HTTP/2 only.
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });
  return has('client') ? wrapBedrock(client, { tracer }) : client;
}

const bedrock: Caller = {
  name: 'the Bedrock client',
  recorders: ['client'],
  start(scene) {
    const client = bedrockOf(scene);
    const request = { modelId: MODELS.haiku, messages: [{ role: 'user' as const, content: [{ text: 'plain' }] }] };
    const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: ASKED });
    return {
      calls: [
        () => client.send(new ConverseCommand(request)),
        async () => drained((await client.send(new ConverseStreamCommand(request))).stream),
        () => client.send(new InvokeModelCommand({ modelId: MODELS.haiku, body })),
        async () =>
          drained((await client.send(new InvokeModelWithResponseStreamCommand({ modelId: MODELS.haiku, body }))).body),
      ],
      undo: () => client.destroy(),
    };
  },
};

/** Every client. */
export const CLIENTS: readonly Caller[] = [openai, anthropic, google, bedrock];
