import { bag, type Bag, text } from '@spanline/instrumentation';
import { classNameOf } from './class-name.ts';

/** Classes of LlamaIndex's provider packages and OpenTelemetry's `gen_ai.provider.name`. */
const PROVIDERS: readonly (readonly [prefix: string, provider: string])[] = [
  ['azureopenai', 'azure.ai.openai'],
  ['openai', 'openai'],
  ['anthropic', 'anthropic'],
  ['gemini', 'gcp.gemini'],
  ['google', 'gcp.gemini'],
  ['vertex', 'gcp.vertex_ai'],
  ['mistral', 'mistral_ai'],
  ['ollama', 'ollama'],
  ['groq', 'groq'],
  ['deepseek', 'deepseek'],
  ['bedrock', 'aws.bedrock'],
  ['perplexity', 'perplexity'],
  ['together', 'together_ai'],
  ['fireworks', 'fireworks_ai'],
  ['xai', 'x_ai'],
  ['cohere', 'cohere'],
  ['deepinfra', 'deepinfra'],
  ['ovh', 'ovhcloud'],
  ['vllm', 'vllm'],
];

const providers = new WeakMap<object, string>();

/** The class tells, or the class of the library that it is derived from. */
function findProvider(llm: object): string | undefined {
  for (
    let prototype: object | null = llm;
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    const name = classNameOf(prototype).toLowerCase();
    const found = PROVIDERS.find(([prefix]) => name.startsWith(prefix));
    if (found !== undefined) return found[1];
  }
  return undefined;
}

/** Whose API a component calls. Classes are few and asked for with every call. */
export function providerOf(llm: object): string | undefined {
  const known = Object.getPrototypeOf(llm) as object | null;
  if (known === null) return undefined;
  let provider = providers.get(known);
  if (provider === undefined) providers.set(known, (provider = findProvider(llm) ?? ''));
  return text(provider);
}

/** The model that a component is set to. */
export function modelOf(llm: object): string | undefined {
  const source = llm as Bag;
  return text(source['model']) ?? text(bag(source['metadata'])['model']);
}

/** Host and port of an API. */
interface Server {
  readonly address?: string;
  readonly port?: number;
}

const NOWHERE: Server = {};
const MAX_SERVERS = 100;
const servers = new Map<string, Server>();

function parseServer(url: string): Server {
  if (!URL.canParse(url)) return NOWHERE;
  const { hostname, port, protocol } = new URL(url);
  return { address: hostname, port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port) };
}

/** Where a component sends its requests, as far as its settings tell. */
export function serverOf(component: object): Server {
  const source = component as Bag;
  const url = text(bag(source['additionalSessionOptions'])['baseURL']) ?? text(source['baseURL']);
  if (url === undefined) return NOWHERE;
  let server = servers.get(url);
  if (server === undefined) {
    if (servers.size >= MAX_SERVERS) servers.clear();
    servers.set(url, (server = parseServer(url)));
  }
  return server;
}
