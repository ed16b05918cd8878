/** Finds the API that a request goes to. */

import {
  type Props,
  props,
  type ClientCall,
  type ClientRequest,
  type ReadRequest,
  serverAttributes,
  text,
} from '@spanline/instrumentation';
import { createBackgroundAnswers } from './apis/background.ts';
import { readBatch } from './apis/batch.ts';
import { readChat, readCompletion } from './apis/chat.ts';
import { readEmbeddings } from './apis/embeddings.ts';
import { MEDIA_PATHS, readMedia } from './apis/media.ts';
import { readModeration } from './apis/moderation.ts';
import type { ApiRequest } from './apis/request.ts';
import { readCompaction, readFetch, readResponse } from './apis/responses.ts';

/** Paths that Azure answers for a deployment (`_deployments_endpoints` of the client). */
const DEPLOYMENT_PATHS: ReadonlySet<string> = new Set([
  '/completions',
  '/chat/completions',
  '/embeddings',
  ...MEDIA_PATHS.filter((path) => path !== '/images/variations'),
]);

/** The deployment of an Azure client: a part of its base URL, or an option. The model of the body is then ignored. */
function deploymentOf({ baseURL, deploymentName }: Props, path: string): string | undefined {
  if (!DEPLOYMENT_PATHS.has(path)) return undefined;
  return /\/deployments\/(?<name>[^/?]+)/.exec(String(baseURL))?.groups?.['name'] ?? text(deploymentName);
}

type ReadApi = (request: ApiRequest) => ClientCall;

/**
 * Creates the reader of the requests of one OpenAI client.
 *
 * @param streamUsage - whether streams are asked for token counts
 */
export function createRequestReader(streamUsage: boolean): ReadRequest {
  const background = createBackgroundAnswers();
  const posts: ReadonlyMap<string, ReadApi> = new Map<string, ReadApi>([
    ['/chat/completions', (request) => readChat(request, streamUsage)],
    ['/completions', (request) => readCompletion(request, streamUsage)],
    ['/responses', (request) => readResponse(request, background)],
    ['/responses/compact', readCompaction],
    ['/embeddings', readEmbeddings],
    ['/moderations', readModeration],
    ...MEDIA_PATHS.map((path) => [path, readMedia] as const),
  ]);

  function apiOf(method: 'get' | 'post', path: string): ReadApi | undefined {
    if (method === 'post') return posts.get(path);
    if (/^\/batches\/[^/]+$/.test(path)) return readBatch;
    return /^\/responses\/[^/]+$/.test(path) ? (request) => readFetch(request, background) : undefined;
  }

  return ({ client, method, path: given, body }: ClientRequest): ClientCall | undefined => {
    const path = given.replace(/^\/v1(?=\/)|\?.*$/gs, '');
    const read = apiOf(method, path);
    if (read === undefined) return undefined;
    const { baseURL, apiVersion } = props(client);
    const server = serverAttributes(baseURL, apiVersion === undefined ? 'openai' : 'azure.ai.openai');
    const deployment = apiVersion === undefined ? undefined : deploymentOf(props(client), path);
    return read({
      client,
      path,
      body: props(body),
      server: deployment === undefined ? server : { ...server, 'gen_ai.request.model': deployment },
    });
  };
}
