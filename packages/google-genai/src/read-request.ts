/** Finds the API that a request goes to. */

import { type ClientCall, type Props, props, type ReadRequest, serverAttributes } from '@spanline/instrumentation';
import { readEmbedding } from './embed.ts';
import { readGeneration } from './generate.ts';
import type { ModelRequest } from './model-request.ts';
import { readPrediction } from './predict.ts';

const READERS: Readonly<Record<string, (request: ModelRequest) => ClientCall | undefined>> = {
  generateContent: readGeneration,
  streamGenerateContent: readGeneration,
  embedContent: readEmbedding,
  batchEmbedContents: readEmbedding,
  predict: readPrediction,
};

/** `models/gemini-2.5-flash:generateContent`, `publishers/google/models/…:predict`, `projects/…/endpoints/7:predict` */
const PATH = /^(?:publishers\/google\/)?(?:models\/)?(?<model>.+):(?<method>[A-Za-z]+)(?:\?|$)/;

function baseUrlOf({ clientOptions }: Props): unknown {
  return props(props(clientOptions)['httpOptions'])['baseUrl'];
}

/** The client gives the body as the text that it sends. */
function parsed(body: unknown): Props {
  return props(typeof body === 'string' ? (JSON.parse(body) as unknown) : body);
}

/** Reads the requests of a Google Gen AI client. Counting tokens, files and caches are not billed, and get no span. */
export const readRequest: ReadRequest = ({ client, path, body }) => {
  const { model, method } = PATH.exec(path)?.groups ?? {};
  const read = method !== undefined && Object.hasOwn(READERS, method) ? READERS[method] : undefined;
  if (read === undefined || model === undefined || method === undefined) return undefined;
  const { clientOptions } = props(client);
  const protocol = props(clientOptions)['vertexai'] === true ? 'gcp.vertex_ai' : 'gcp.gemini';
  return read({ model, method, body: parsed(body), server: serverAttributes(baseUrlOf(props(client)), protocol) });
};
