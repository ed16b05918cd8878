/** Anthropic's API. */

import { readRequest } from '@spanline/anthropic/requests';
import { list, number, props, text } from '@spanline/instrumentation';
import type { FindApi } from './api.ts';

const PATH = /^(?<base>.*?)(?<api>\/v1\/messages(?:\/batches(?:\/[^/?]+\/results)?)?)(?:\?.*)?$/;

/** Finds the API by the end of the path. */
export const findAnthropic: FindApi = ({ origin, path, method }) => {
  const { base = '', api } = PATH.exec(path)?.groups ?? {};
  if (api === undefined) return undefined;
  return {
    request: { client: { baseURL: `${origin}${base}` }, method, path: api },
    read: readRequest,
    isShape(body): boolean {
      const { model, messages, max_tokens: limit } = props(body);
      return text(model) !== undefined && list(messages).length > 0 && number(limit) !== undefined;
    },
  };
};
