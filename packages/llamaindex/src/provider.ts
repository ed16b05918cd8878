import type { SpanAttributes } from '@spanline/core';
import { bag, type Bag, classNameOf, text } from './bag.ts';

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

function providerOf(llm: object): string | undefined {
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

/** The model that a component is set to. */
export function modelOf(llm: object): string | undefined {
  const source = llm as Bag;
  return text(source['model']) ?? text(bag(source['metadata'])['model']);
}

function serverOf(llm: object): SpanAttributes {
  const source = llm as Bag;
  const url = text(bag(source['additionalSessionOptions'])['baseURL']) ?? text(source['baseURL']);
  if (url === undefined || !URL.canParse(url)) return {};
  const { hostname, port, protocol } = new URL(url);
  return { 'server.address': hostname, 'server.port': port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port) };
}

/** Whose API a component calls, and where. Its class tells, or the class of the library that it is derived from. */
export function providerAttributes(component: object): SpanAttributes {
  return { ...serverOf(component), 'gen_ai.provider.name': providerOf(component) };
}
