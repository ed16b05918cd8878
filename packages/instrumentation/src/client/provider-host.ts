import type { SpanAttributes } from '@spanline/record';

/** Ends of host names and OpenTelemetry's `gen_ai.provider.name`; where it has none, the provider's own. */
const HOSTS: readonly (readonly [suffix: string, provider: string])[] = [
  ['api.openai.com', 'openai'],
  ['openai.azure.com', 'azure.ai.openai'],
  ['cognitiveservices.azure.com', 'azure.ai.openai'],
  ['services.ai.azure.com', 'azure.ai.inference'],
  ['models.ai.azure.com', 'azure.ai.inference'],
  ['api.anthropic.com', 'anthropic'],
  ['amazonaws.com', 'aws.bedrock'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['api.groq.com', 'groq'],
  ['api.deepseek.com', 'deepseek'],
  ['api.mistral.ai', 'mistral_ai'],
  ['api.x.ai', 'x_ai'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.moonshot.ai', 'moonshot_ai'],
  ['api.moonshot.cn', 'moonshot_ai'],
  ['api.cohere.ai', 'cohere'],
  ['api.cohere.com', 'cohere'],
  ['openrouter.ai', 'openrouter'],
  ['api.together.xyz', 'together_ai'],
  ['api.fireworks.ai', 'fireworks_ai'],
  ['api.deepinfra.com', 'deepinfra'],
  ['api.cerebras.ai', 'cerebras'],
];

/** A program calls few servers, each of them often. */
const servers = new Map<string, SpanAttributes>();
const MAX_SERVERS = 100;

function providerOf(host: string): string | undefined {
  return HOSTS.find(([suffix]) => host === suffix || host.endsWith(`.${suffix}`) || isRegional(host, suffix))?.[1];
}

/** Google puts the region before the name with a hyphen: `europe-west4-aiplatform.googleapis.com`. */
function isRegional(host: string, suffix: string): boolean {
  return suffix === 'aiplatform.googleapis.com' && host.endsWith(`-${suffix}`);
}

/**
 * Whose API a client calls, and where, from the base URL it is set to.
 *
 * @param fallback - provider of hosts that nobody knows: a gateway or a server of one's own that speaks this provider's protocol
 */
export function serverAttributes(baseUrl: unknown, fallback: string): SpanAttributes {
  const key = `${fallback} ${String(baseUrl)}`;
  const known = servers.get(key);
  if (known !== undefined) return known;
  const read = Object.freeze(readServer(baseUrl, fallback));
  if (servers.size >= MAX_SERVERS) servers.clear();
  servers.set(key, read);
  return read;
}

function readServer(baseUrl: unknown, fallback: string): SpanAttributes {
  if (typeof baseUrl !== 'string' || !URL.canParse(baseUrl)) return { 'gen_ai.provider.name': fallback };
  const { hostname, port, protocol } = new URL(baseUrl);
  return {
    'gen_ai.provider.name': providerOf(hostname) ?? fallback,
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
  };
}
