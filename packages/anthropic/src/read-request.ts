import { bag, type ReadRequest, serverAttributes, text } from '@spanline/instrumentation';
import { batchSpan, createBatchReader } from './batch.ts';
import { createMessageReader } from './message.ts';
import { requestFacts } from './request-facts.ts';

/** Reads the calls of an Anthropic client. Counting tokens and asking for batches is not billed and no step of an application. */
export const readRequest: ReadRequest = ({ client, method, path, body: sent }) => {
  if (method !== 'post') return undefined;
  const server = serverAttributes(bag(client)['baseURL'], 'anthropic');
  const body = bag(sent);
  const [resource] = path.split('?');
  if (resource === '/v1/messages') {
    const model = text(body['model']);
    return {
      span: {
        name: model === undefined ? 'chat' : `chat ${model}`,
        type: 'llm',
        kind: 'CLIENT',
        attributes: Object.assign(requestFacts(body), server),
      },
      reader: createMessageReader(),
    };
  }
  return resource === '/v1/messages/batches'
    ? { span: batchSpan(body, server), reader: createBatchReader() }
    : undefined;
};
