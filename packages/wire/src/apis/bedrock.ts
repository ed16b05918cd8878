/** Amazon Bedrock. */

import { decodeAnswer, decodeBody, readRequest } from '@spanline/bedrock/requests';
import { isObject, list, props, type ReadRequest, serverOf, text } from '@spanline/instrumentation';
import type { Api, FindApi } from './api.ts';

const PATH = /^\/model\/(?<model>[^/?]+)\/(?<verb>converse|converse-stream|invoke|invoke-with-response-stream)$/;

/** A call whose answer comes later names its model in the body. */
const ASYNC_PATH = '/async-invoke';

const COMMANDS: Readonly<Record<string, string>> = {
  converse: 'ConverseCommand',
  'converse-stream': 'ConverseStreamCommand',
  invoke: 'InvokeModelCommand',
  'invoke-with-response-stream': 'InvokeModelWithResponseStreamCommand',
};

/** Prices depend on the region, which the host names: a client of AWS chooses it after its command is read. */
const readAt =
  (origin: string): ReadRequest =>
  (request) => {
    const call = readRequest(request);
    if (call === undefined) return undefined;
    const { span } = call;
    return { ...call, span: { ...span, attributes: { ...span.attributes, ...serverOf(origin) } } };
  };

function asyncApi(origin: string): Api {
  return {
    request: { client: {}, method: 'post', path: 'StartAsyncInvokeCommand' },
    read: readAt(origin),
    isShape(body): boolean {
      const { modelId, modelInput } = props(body);
      return text(modelId) !== undefined && isObject(modelInput);
    },
  };
}

/** Finds the command of a path. */
export const findBedrock: FindApi = ({ origin, path, method }) => {
  if (path === ASYNC_PATH && method === 'post') return asyncApi(origin);
  const { model, verb = '' } = PATH.exec(path)?.groups ?? {};
  const command = COMMANDS[verb];
  if (model === undefined || command === undefined || method === 'get') return undefined;
  const modelId = decodeURIComponent(model);
  const isConversation = verb.startsWith('converse');
  return {
    request: { client: {}, method, path: command },
    read: readAt(origin),
    input: (body) => (isConversation ? { ...props(body), modelId } : { modelId, body }),
    output(answer, headers): unknown {
      if (isConversation) return answer;
      const { bytes } = props(answer);
      if (typeof bytes === 'string') return decodeBody(Buffer.from(bytes, 'base64'));
      return decodeAnswer(answer, { headers });
    },
    isShape: (body) => !isConversation || list(props(body)['messages']).length > 0,
  };
};
