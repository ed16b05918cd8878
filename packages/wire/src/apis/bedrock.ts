/** Amazon Bedrock. */

import { decodeAnswer, decodeBody, readRequest } from '@spanline/bedrock/requests';
import { list, props } from '@spanline/instrumentation';
import type { FindApi } from './api.ts';

const PATH = /^\/model\/(?<model>[^/?]+)\/(?<verb>converse|converse-stream|invoke|invoke-with-response-stream)$/;

const COMMANDS: Readonly<Record<string, string>> = {
  converse: 'ConverseCommand',
  'converse-stream': 'ConverseStreamCommand',
  invoke: 'InvokeModelCommand',
  'invoke-with-response-stream': 'InvokeModelWithResponseStreamCommand',
};

/** Finds the command of a path. */
export const findBedrock: FindApi = ({ path, method }) => {
  const { model, verb = '' } = PATH.exec(path)?.groups ?? {};
  const command = COMMANDS[verb];
  if (model === undefined || command === undefined || method === 'get') return undefined;
  const modelId = decodeURIComponent(model);
  const isConversation = verb.startsWith('converse');
  return {
    request: { client: {}, method, path: command },
    read: readRequest,
    input: (body) => (isConversation ? { ...props(body), modelId } : { modelId, body: JSON.stringify(body) }),
    output(answer, headers): unknown {
      if (isConversation) return answer;
      const { bytes } = props(answer);
      if (typeof bytes === 'string') return decodeBody(Buffer.from(bytes, 'base64'));
      return decodeAnswer(JSON.stringify(answer), { headers });
    },
    isShape: (body) => !isConversation || list(props(body)['messages']).length > 0,
  };
};
