/** Finds the API that a request goes to. */

import { props, type ReadRequest, serverAttributes, text } from '@spanline/instrumentation';
import { readBatchResults } from './batch-results.ts';
import { batchSpan, createBatchReader } from './batch.ts';
import { createMessageReader } from './message.ts';
import { requestAttributes } from './request.ts';

/** Reads the requests of an Anthropic client. Counting tokens and polling batches are not billed, and get no span. */
export const readRequest: ReadRequest = ({ client, method, path, body: sent }) => {
  const server = serverAttributes(props(client)['baseURL'], 'anthropic');
  if (method === 'get') return readBatchResults(path, server);
  const body = props(sent);
  const [resource] = path.split('?');
  if (resource === '/v1/messages') {
    const model = text(body['model']);
    return {
      span: {
        name: model === undefined ? 'chat' : `chat ${model}`,
        type: 'llm',
        kind: 'CLIENT',
        attributes: Object.assign(requestAttributes(body), server),
      },
      reader: createMessageReader(),
    };
  }
  return resource === '/v1/messages/batches'
    ? { span: batchSpan(body, server), reader: createBatchReader() }
    : undefined;
};
