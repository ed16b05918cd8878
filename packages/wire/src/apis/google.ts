/** The Gemini API and Vertex AI. */

import { readRequest as readAnthropic } from '@spanline/anthropic/requests';
import { readRequest } from '@spanline/google-genai/requests';
import { list, props, text } from '@spanline/instrumentation';
import type { Api, FindApi, RequestLine } from './api.ts';

/** `/v1beta/models/gemini-2.5-flash:generateContent`, `/v1/projects/…/publishers/google/models/…:predict` */
const PATH =
  /^(?<base>\/v1[a-z0-9]*)\/(?<place>projects\/[^/]+\/locations\/[^/]+\/)?(?<resource>(?:publishers\/(?<publisher>[^/]+)\/)?(?:(?:tuned)?[mM]odels\/|endpoints\/)(?<model>[^:?]+):(?<verb>[A-Za-z]+))(?:\?.*)?$/;

/** Vertex AI passes on Anthropic's own API. The model is in the path. */
function anthropicOnVertex({ origin, method }: RequestLine, model: string): Api {
  return {
    request: { client: { baseURL: origin }, method, path: '/v1/messages' },
    read: readAnthropic,
    input: (body) => ({ ...props(body), model: decodeURIComponent(model) }),
    isShape: (body) => list(props(body)['messages']).length > 0,
  };
}

/** Finds the API by the method behind the name of the model. */
export const findGoogle: FindApi = (line) => {
  const { place, resource, publisher, model, verb } = PATH.exec(line.path)?.groups ?? {};
  if (resource === undefined || model === undefined || line.method === 'get') return undefined;
  if (publisher === 'anthropic') {
    return verb === 'rawPredict' || verb === 'streamRawPredict' ? anthropicOnVertex(line, model) : undefined;
  }
  const client = {
    clientOptions: { httpOptions: { baseUrl: line.origin }, vertexai: place !== undefined || publisher !== undefined },
  };
  const path = publisher === undefined && place !== undefined ? `${place}${resource}` : resource;
  return {
    request: { client, method: line.method, path },
    read: readRequest,
    isShape(body): boolean {
      const { contents, content, requests, instances } = props(body);
      return [contents, content, requests, instances].some((part) => part !== undefined) && text(body) === undefined;
    },
  };
};
