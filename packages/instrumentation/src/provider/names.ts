/** Names of model providers: OpenTelemetry's `gen_ai.provider.name`, or the provider's own where it has none. */

interface Spellings {
  /** Ends of the names of its API's hosts. */
  readonly hosts?: readonly string[];
  /** Other names that frameworks have for it, in lower case. */
  readonly ids?: readonly string[];
  /** Prefixes of the names of frameworks' classes, in lower case. */
  readonly classes?: readonly string[];
}

const PROVIDERS: Readonly<Record<string, Spellings>> = {
  openai: { hosts: ['api.openai.com'], classes: ['openai'] },
  'azure.ai.openai': {
    hosts: ['openai.azure.com', 'cognitiveservices.azure.com'],
    ids: ['azure', 'azure_openai'],
    classes: ['azureopenai'],
  },
  'azure.ai.inference': { hosts: ['services.ai.azure.com', 'models.ai.azure.com'] },
  anthropic: { hosts: ['api.anthropic.com'], classes: ['anthropic'] },
  'aws.bedrock': { hosts: ['amazonaws.com'], ids: ['amazon_bedrock', 'bedrock'], classes: ['bedrock'] },
  'gcp.gemini': {
    hosts: ['generativelanguage.googleapis.com'],
    ids: ['google_genai', 'google_gemini'],
    classes: ['gemini', 'google'],
  },
  'gcp.vertex_ai': { hosts: ['aiplatform.googleapis.com'], ids: ['google_vertexai'], classes: ['vertex'] },
  'gcp.gen_ai': { ids: ['google'] },
  groq: { hosts: ['api.groq.com'], classes: ['groq'] },
  deepseek: { hosts: ['api.deepseek.com'], classes: ['deepseek'] },
  mistral_ai: { hosts: ['api.mistral.ai'], ids: ['mistral', 'mistralai'], classes: ['mistral'] },
  x_ai: { hosts: ['api.x.ai'], ids: ['xai'], classes: ['xai'] },
  perplexity: { hosts: ['api.perplexity.ai'], classes: ['perplexity'] },
  moonshot_ai: { hosts: ['api.moonshot.ai', 'api.moonshot.cn'] },
  cohere: { hosts: ['api.cohere.ai', 'api.cohere.com'], classes: ['cohere'] },
  'ibm.watsonx.ai': { ids: ['watsonx', 'ibm'] },
  openrouter: { hosts: ['openrouter.ai'] },
  together_ai: { hosts: ['api.together.xyz'], classes: ['together'] },
  fireworks_ai: { hosts: ['api.fireworks.ai'], classes: ['fireworks'] },
  deepinfra: { hosts: ['api.deepinfra.com'], classes: ['deepinfra'] },
  cerebras: { hosts: ['api.cerebras.ai'] },
  ollama: { classes: ['ollama'] },
  ovhcloud: { classes: ['ovh'] },
  vllm: { classes: ['vllm'] },
};

type Spelling = readonly [spelling: string, provider: string];

function spellings(column: keyof Spellings): readonly Spelling[] {
  return Object.entries(PROVIDERS).flatMap(([provider, row]) =>
    (row[column] ?? []).map((spelling): Spelling => [spelling, provider]),
  );
}

const BY_HOST = spellings('hosts');
const BY_CLASS = spellings('classes');
const BY_ID: ReadonlyMap<string, string> = new Map(spellings('ids'));

/** Google puts the region before the name with a hyphen: `europe-west4-aiplatform.googleapis.com`. */
function isHost(host: string, suffix: string): boolean {
  if (host === suffix || host.endsWith(`.${suffix}`)) return true;
  return suffix === 'aiplatform.googleapis.com' && host.endsWith(`-${suffix}`);
}

/** The provider whose API answers on a host; `undefined` for a gateway or a server of the user's own. */
export function providerOfHost(host: string): string | undefined {
  return BY_HOST.find(([suffix]) => isHost(host, suffix))?.[1];
}

/** The provider that a framework's class belongs to: `OpenAIEmbedding`. */
export function providerOfClass(className: string): string | undefined {
  const name = className.toLowerCase();
  return BY_CLASS.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** The provider that a framework calls `id`. A name that nobody knows stays as it is. */
export function providerOfId(id: string): string {
  const name = id.toLowerCase();
  return BY_ID.get(name) ?? name;
}
