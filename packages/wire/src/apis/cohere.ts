/** Cohere's API, and rerankers that copy it. */

import type { SpanAttributes } from '@spanline/core';
import {
  type ClientCall,
  isCohereRerank,
  list,
  type Props,
  props,
  readCohereChat,
  readCohereEmbed,
  readCohereRerank,
  serverAttributes,
  text,
} from '@spanline/instrumentation';
import type { FindApi } from './api.ts';

const PATH = /^(?<base>.*?)\/(?<api>v[12]\/(?:chat|embed|rerank))(?:\?.*)?$/;

const READERS: Readonly<Record<string, (body: Props, server: SpanAttributes) => ClientCall>> = {
  chat: readCohereChat,
  embed: readCohereEmbed,
  rerank: readCohereRerank,
};

/** Finds the API by the end of the path. */
export const findCohere: FindApi = ({ origin, path, method }) => {
  const { base = '', api } = PATH.exec(path)?.groups ?? {};
  if (api === undefined || method === 'get') return undefined;
  const name = api.slice(api.indexOf('/') + 1);
  return {
    request: { client: { baseURL: `${origin}${base}` }, method, path: api },
    read: ({ client, body }) => READERS[name]?.(props(body), serverAttributes(props(client)['baseURL'], 'cohere')),
    isShape(body): boolean {
      const { model, messages, texts } = props(body);
      if (text(model) === undefined) return false;
      if (name === 'rerank') return isCohereRerank(props(body));
      return list(name === 'chat' ? messages : texts).length > 0;
    },
  };
};
