/** OpenAI's API, and those of the many servers that copy it. */

import { list, props, text } from '@spanline/instrumentation';
import { createRequestReader } from '@spanline/openai/requests';
import type { FindApi } from './api.ts';

/** Requests are not changed here, so that none is asked for the counts of its stream. */
const read = createRequestReader(false);

/** `/openai/v1/chat/completions`, `/openai/deployments/mine/embeddings?api-version=…` */
const PATH =
  /^(?<base>.*?)(?<api>\/(?:chat\/completions|completions|responses(?:\/[^/?]+)?|embeddings|moderations|batches\/[^/?]+|images\/[a-z]+|audio\/[a-z]+))(?:\?(?<query>.*))?$/;

/** Mistral's agents answer as chats do. */
const AGENTS = '/agents';

/** Finds the API by the end of the path. What comes before it is the server's own. */
export const findOpenAI: FindApi = ({ origin, path, method }) => {
  const { base = '', api: end, query = '' } = PATH.exec(path)?.groups ?? {};
  if (end === undefined) return undefined;
  const api = end === '/completions' && base.endsWith(AGENTS) ? '/chat/completions' : end;
  const apiVersion = new URLSearchParams(query).get('api-version');
  const client = { baseURL: `${origin}${base}`, ...(apiVersion === null ? {} : { apiVersion }) };
  return {
    request: { client, method, path: api },
    read,
    isShape(body): boolean {
      const { model, messages, input, prompt, file } = props(body);
      if (method === 'get' || text(model) === undefined) return false;
      return api === '/chat/completions'
        ? list(messages).length > 0
        : [input, prompt, file].some((given) => given !== undefined);
    },
  };
};
