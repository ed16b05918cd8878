/** Finds out which requests are calls of models: by the host, else by path and body. */

import { props, text } from '@spanline/instrumentation';
import { findAnthropic } from './anthropic.ts';
import type { Api, FindApi, RequestLine, RequestStart } from './api.ts';
import { findBedrock } from './bedrock.ts';
import { findCohere } from './cohere.ts';
import { findGoogle } from './google.ts';
import { findOpenAI } from './openai.ts';

/** The APIs that are read, by the name that `hosts` has for them. */
export const APIS = {
  openai: findOpenAI,
  anthropic: findAnthropic,
  google: findGoogle,
  bedrock: findBedrock,
  cohere: findCohere,
} as const satisfies Readonly<Record<string, FindApi>>;

/** An API of {@link APIS}. */
export type ApiName = keyof typeof APIS;

/** Hosts of providers. A host with several APIs has several rows. */
const HOSTS: readonly (readonly [string, ApiName])[] = [
  ['api.openai.com', 'openai'],
  ['.openai.azure.com', 'openai'],
  ['.cognitiveservices.azure.com', 'openai'],
  ['.services.ai.azure.com', 'openai'],
  ['.services.ai.azure.com', 'anthropic'],
  ['api.anthropic.com', 'anthropic'],
  ['generativelanguage.googleapis.com', 'openai'],
  ['generativelanguage.googleapis.com', 'google'],
  ['aiplatform.googleapis.com', 'google'],
  ['-aiplatform.googleapis.com', 'google'],
  ['.amazonaws.com', 'bedrock'],
  ['api.groq.com', 'openai'],
  ['api.mistral.ai', 'openai'],
  ['codestral.mistral.ai', 'openai'],
  ['openrouter.ai', 'openai'],
  ['openrouter.ai', 'anthropic'],
  ['api.deepseek.com', 'openai'],
  ['api.deepseek.com', 'anthropic'],
  ['api.x.ai', 'openai'],
  ['api.together.xyz', 'openai'],
  ['api.fireworks.ai', 'openai'],
  ['api.perplexity.ai', 'openai'],
  ['api.cerebras.ai', 'openai'],
  ['api.cohere.com', 'cohere'],
  ['api.cohere.com', 'openai'],
  ['api.cohere.ai', 'cohere'],
  ['api.cohere.ai', 'openai'],
  ['api.jina.ai', 'cohere'],
  ['api.jina.ai', 'openai'],
  ['api.voyageai.com', 'cohere'],
  ['api.voyageai.com', 'openai'],
  ['gateway.ai.cloudflare.com', 'openai'],
  ['gateway.ai.cloudflare.com', 'anthropic'],
  ['router.huggingface.co', 'openai'],
  ['ai-gateway.vercel.sh', 'openai'],
  ['ai-gateway.vercel.sh', 'anthropic'],
];

/** Hosts that are remembered. A program calls few servers of models, and possibly many others. */
const MAX_HOSTS = 1000;

/** The APIs of a host, and whether the host's name implied them. */
interface HostApis {
  readonly finders: readonly FindApi[];
  readonly isKnown: boolean;
}

const EVERY: HostApis = { finders: Object.values(APIS), isKnown: false };
const NONE: HostApis = { finders: [], isKnown: true };

/** The call that a request is. */
export interface FoundApi {
  readonly api: Api;
  readonly line: RequestLine;
  /** The host is one of a provider's, or named by the application. */
  readonly isKnown: boolean;
}

function matches(host: string, name: string): boolean {
  return name.startsWith('.') || name.startsWith('-') ? host.endsWith(name) : host === name;
}

/** Ends of paths at which servers with no known name are asked for models. Cutting the query off would cost more. */
const ENDS =
  /^[^?]*(?:\/(?:completions|responses|embeddings|messages|transcriptions|translations|v2\/chat|v2\/embed|rerank|converse|converse-stream|invoke|async-invoke|invoke-with-response-stream)|:[A-Za-z]+)(?:\?|$)/;

/** The methods that calls of models have. */
function methodOf(method: string | undefined): RequestLine['method'] | undefined {
  if (method === 'POST') return 'post';
  return method === 'GET' || method === undefined ? 'get' : undefined;
}

function search({ finders, isKnown }: HostApis, line: RequestLine): FoundApi | undefined {
  try {
    for (const find of finders) {
      const api = find(line);
      if (api !== undefined) return { api, line, isKnown };
    }
  } catch {
    // A path that cannot be read, such as one with a broken escape, is that of no model.
  }
  return undefined;
}

/**
 * Creates the finder. A request to a host that has been seen costs one look-up, and the end of its path if the host's
 * name implies nothing. Nothing is made for it: each object and function that it meets would be cold.
 *
 * @param hosts - the application's own servers by host, with the port where it is not the usual one; `false` for one
 * that is never read
 * @returns a function that never throws
 */
export function createFinder(
  hosts: Readonly<Record<string, ApiName | false>>,
): (request: RequestStart) => FoundApi | undefined {
  const known = new Map<string, HostApis>();
  const named = new Map(Object.entries(hosts).map(([host, api]) => [host.toLowerCase(), api]));

  function apisOf(origin: string): HostApis {
    const { host, hostname } = new URL(origin);
    const own = named.get(host) ?? named.get(hostname);
    if (own === false) return NONE;
    if (own !== undefined) return { finders: [APIS[own]], isKnown: true };
    const names = HOSTS.filter(([name]) => matches(hostname, name)).map(([, api]) => api);
    return names.length === 0 ? EVERY : { finders: names.map((name) => APIS[name]), isKnown: true };
  }

  function learn(origin: string): HostApis {
    let apis = NONE;
    try {
      apis = apisOf(origin);
    } catch {
      // An address that cannot be read is that of no model.
    }
    if (known.size >= MAX_HOSTS) known.clear();
    known.set(origin, apis);
    return apis;
  }

  return ({ origin, path, method: given }) => {
    const server = typeof origin === 'string' ? origin : (text(props(origin)['origin']) ?? '');
    const apis = known.get(server) ?? learn(server);
    if (!apis.isKnown && (given !== 'POST' || !ENDS.test(path))) return undefined;
    const method = methodOf(given);
    return method === undefined ? undefined : search(apis, { origin: server, path, method });
  };
}
