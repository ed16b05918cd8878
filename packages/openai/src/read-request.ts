import type { SpanAttributes, SpanOptions } from '@spanline/core';
import {
  type Bag,
  bag,
  type ClientCall,
  type ClientRequest,
  type ReadRequest,
  serverAttributes,
  text,
  toMessages,
} from '@spanline/instrumentation';
import { createChatReader } from './chat.ts';
import { createMediaReader, mediaFacts, mediaOutput } from './media.ts';
import { createModerationReader } from './moderation.ts';
import { requestFacts } from './request-facts.ts';
import { createBackground, createResponsesReader, responsesInput } from './responses.ts';
import { askForUsage, needsUsage } from './stream-usage.ts';
import { createEmbeddingReader, embeddingFacts } from './vectors.ts';

type Type = NonNullable<SpanOptions['type']>;

function spanOf(operation: string, type: Type, model: unknown, attributes: SpanAttributes): SpanOptions {
  const name = text(model) === undefined ? operation : `${operation} ${String(model)}`;
  return { name, type, kind: 'CLIENT', attributes };
}

function readChat(
  operation: 'chat' | 'text_completion',
  body: Bag,
  server: SpanAttributes,
  needsUsage: boolean,
): ClientCall {
  const input = operation === 'chat' ? body['messages'] : body['prompt'];
  const facts = Object.assign(requestFacts(body), server, {
    'gen_ai.operation.name': operation,
    'gen_ai.input.messages': input === undefined ? undefined : toMessages(input),
  });
  const span = spanOf(operation, 'llm', body['model'], facts);
  const reader = createChatReader();
  return needsUsage ? { span, reader, rewrite: askForUsage(body) } : { span, reader };
}

function readMedia(path: string, body: unknown, server: SpanAttributes): ClientCall {
  const facts = mediaFacts(path, body);
  const operation = path.slice(1).replace('/', '.');
  return {
    span: spanOf(operation, 'llm', facts['gen_ai.request.model'], Object.assign(facts, server)),
    reader: createMediaReader(),
  };
}

function readModeration(body: Bag, server: SpanAttributes): ClientCall {
  return {
    span: spanOf('moderation', 'guardrail', body['model'], {
      'gen_ai.provider.name': server['gen_ai.provider.name'],
      'server.address': server['server.address'],
      'server.port': server['server.port'],
      'gen_ai.request.model': text(body['model']),
      'spanline.guardrail.name': 'openai.moderation',
      'spanline.input': body['input'],
    }),
    reader: createModerationReader(),
  };
}

/**
 * Reads the calls of one OpenAI client.
 *
 * @param streamUsage - whether token counts are asked for at the end of streams
 */
export function createRequestReader(streamUsage: boolean): ReadRequest {
  const background = createBackground();

  const readResponses = (body: Bag, server: SpanAttributes): ClientCall => ({
    span: spanOf('chat', 'llm', body['model'], Object.assign(requestFacts(body), server, responsesInput(body))),
    reader: createResponsesReader(body['background'] === true ? background.note : undefined),
  });

  /** An answer of the background is billed once, however often it is fetched. */
  const readFetch = (server: SpanAttributes): ClientCall => ({
    span: spanOf('fetch_response', 'llm', undefined, { ...server, 'gen_ai.operation.name': 'fetch_response' }),
    reader: createResponsesReader(),
    isWritten: background.takes,
  });

  return ({ client, method, path: given, body: sent }: ClientRequest): ClientCall | undefined => {
    const path = given.replace(/^\/v1(?=\/)|\?.*$/gs, '');
    const { baseURL, apiVersion } = bag(client);
    const server = serverAttributes(baseURL, apiVersion === undefined ? 'openai' : 'azure.ai.openai');
    if (method === 'get') return /^\/responses\/[^/]+$/.test(path) ? readFetch(server) : undefined;
    const body = bag(sent);
    if (mediaOutput(path) !== undefined) return readMedia(path, sent, server);
    switch (path) {
      case '/chat/completions':
        return readChat('chat', body, server, streamUsage && needsUsage(client, body, server));
      case '/completions':
        return readChat('text_completion', body, server, streamUsage && needsUsage(client, body, server));
      case '/responses':
        return readResponses(body, server);
      case '/responses/compact':
        return {
          span: spanOf(
            'compact',
            'llm',
            body['model'],
            Object.assign(requestFacts(body), server, responsesInput(body)),
          ),
          reader: createResponsesReader(),
        };
      case '/embeddings':
        return {
          span: spanOf('embeddings', 'embedding', body['model'], Object.assign(embeddingFacts(body), server)),
          reader: createEmbeddingReader(),
        };
      case '/moderations':
        return readModeration(body, server);
      default:
        return undefined;
    }
  };
}
