/** Names of model providers: OpenTelemetry's `gen_ai.provider.name`, or the provider's own where it has none. */
import { lazy, memoize } from '@spanline/record';

/** A name of a host, of which `suffix` is the end, or a pattern of it. */
type Host = string | RegExp;

/** All that identifies one provider. */
interface ProviderFacts {
  /** Ends of the names of its API's hosts. */
  readonly hosts?: readonly Host[];
  /** Other names that frameworks, gateways and the price catalogue have for it, in lower case. */
  readonly ids?: readonly string[];
  /** Prefixes of the names of frameworks' classes, in lower case and without `chat`. */
  readonly classes?: readonly string[];
  /**
   * Prefixes of model names by which a gateway calls it (https://docs.litellm.ai/docs/providers). Prefixes that also
   * name a publisher of weights (`openai/gpt-oss-20b`) identify nobody.
   */
  readonly prefixes?: readonly string[];
  /** Names of models that only it has. */
  readonly models?: RegExp;
  /** Its id in the price catalogue, if it differs. */
  readonly catalogue?: string;
  /** `engine` runs models on the user's own machine. `protocol` is a provider whose API many servers copy. */
  readonly kind?: 'engine' | 'protocol';
}

/** Bedrock's ids name the geography and the maker: `us.anthropic.claude-sonnet-4-6`. */
const BEDROCK_MODEL =
  /^(?:arn:aws[\w-]*:bedrock:|(?:(?:us|us-gov|eu|apac|jp|au|ca|global)\.)?(?:ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot|nvidia|openai|qwen|stability|twelvelabs|writer|zai)\.[a-z])/;

const PROVIDERS: Readonly<Record<string, ProviderFacts>> = {
  openai: {
    hosts: ['api.openai.com'],
    classes: ['openai'],
    kind: 'protocol',
  },
  'azure.ai.openai': {
    hosts: ['openai.azure.com', 'openai.azure.us', 'cognitiveservices.azure.com', 'azure-api.net'],
    ids: ['azure', 'azure_openai'],
    classes: ['azureopenai'],
    prefixes: ['azure'],
    catalogue: 'azure',
  },
  'azure.ai.inference': {
    hosts: ['services.ai.azure.com', 'models.ai.azure.com'],
    ids: ['azure_ai'],
    prefixes: ['azure_ai'],
    catalogue: 'azure',
  },
  anthropic: { hosts: ['api.anthropic.com'], classes: ['anthropic'], kind: 'protocol' },
  'aws.bedrock': {
    // Other hosts of Amazon are load balancers and machines of its customers.
    hosts: [/^(?:[\w-]+\.)*bedrock[\w-]*\.[a-z\d-]+\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)$/],
    ids: ['amazon_bedrock', 'amazon-bedrock', 'bedrock', 'aws'],
    classes: ['bedrock'],
    prefixes: ['bedrock', 'bedrock_converse'],
    models: BEDROCK_MODEL,
    catalogue: 'aws',
  },
  'gcp.gemini': {
    hosts: ['generativelanguage.googleapis.com'],
    ids: ['google_genai', 'google_gemini', 'gemini'],
    classes: ['gemini', 'google'],
    prefixes: ['gemini'],
    catalogue: 'google',
  },
  'gcp.vertex_ai': {
    // Google puts the region before the name: `europe-west4-aiplatform.googleapis.com`.
    hosts: [/^(?:[a-z\d-]+-)?aiplatform\.(?:[a-z\d-]+\.rep\.)?googleapis\.com$/],
    ids: ['google_vertexai', 'google-vertex', 'vertex_ai', 'vertexai'],
    classes: ['vertex', 'googlevertex'],
    prefixes: ['vertex_ai'],
    models: /^(?:projects\/[^/]+\/locations\/|publishers\/)/,
    catalogue: 'google',
  },
  'gcp.gen_ai': { ids: ['google'], catalogue: 'google' },
  groq: { hosts: ['api.groq.com'], classes: ['groq'], prefixes: ['groq'] },
  deepseek: { hosts: ['api.deepseek.com'], classes: ['deepseek'] },
  mistral_ai: {
    hosts: ['api.mistral.ai', /^api\.[a-z]{2}\.mistral\.ai$/, 'codestral.mistral.ai'],
    ids: ['mistral', 'mistralai'],
    classes: ['mistral'],
    catalogue: 'mistral',
  },
  x_ai: { hosts: ['api.x.ai'], ids: ['xai', 'x-ai'], classes: ['xai'], catalogue: 'x-ai' },
  perplexity: { hosts: ['api.perplexity.ai'], classes: ['perplexity'], prefixes: ['perplexity'] },
  moonshot_ai: {
    hosts: ['api.moonshot.ai', 'api.moonshot.cn'],
    ids: ['moonshot', 'moonshotai'],
    classes: ['moonshot'],
    catalogue: 'moonshotai',
  },
  cohere: { hosts: ['api.cohere.ai', 'api.cohere.com'], ids: ['cohere_chat'], classes: ['cohere'] },
  'ibm.watsonx.ai': { ids: ['watsonx', 'ibm'], hosts: ['ml.cloud.ibm.com'], classes: ['watsonx', 'ibm'] },
  openrouter: { hosts: ['openrouter.ai'], classes: ['openrouter'], prefixes: ['openrouter'] },
  together_ai: {
    hosts: ['api.together.xyz', 'api.together.ai'],
    ids: ['together', 'together-ai', 'togetherai'],
    classes: ['together'],
    prefixes: ['together_ai'],
    catalogue: 'together',
  },
  fireworks_ai: {
    hosts: ['api.fireworks.ai'],
    ids: ['fireworks'],
    classes: ['fireworks'],
    prefixes: ['fireworks_ai'],
    models: /^accounts\/fireworks\//,
    catalogue: 'fireworks',
  },
  deepinfra: { hosts: ['api.deepinfra.com'], classes: ['deepinfra'], prefixes: ['deepinfra'] },
  cerebras: { hosts: ['api.cerebras.ai'], classes: ['cerebras'], prefixes: ['cerebras'] },
  nvidia: { hosts: ['integrate.api.nvidia.com'], classes: ['nvidia'], prefixes: ['nvidia_nim'] },
  sambanova: { hosts: ['api.sambanova.ai'], classes: ['sambanova'], prefixes: ['sambanova'] },
  novita: { hosts: ['api.novita.ai'], classes: ['novita'], prefixes: ['novita'] },
  avian: { hosts: ['api.avian.io'] },
  arcee: { hosts: ['api.arcee.ai'] },
  baseten: { hosts: ['inference.baseten.co'], prefixes: ['baseten'] },
  cloudflare: { hosts: ['api.cloudflare.com'], classes: ['cloudflare'], models: /^@cf\// },
  minimax: { hosts: ['api.minimax.io', 'api.minimaxi.com', 'api.minimax.chat'], classes: ['minimax'] },
  voyageai: { hosts: ['api.voyageai.com'], ids: ['voyage'], classes: ['voyage'] },
  zai: { hosts: ['api.z.ai'], ids: ['z-ai', 'z_ai'] },
  zhipuai: { hosts: ['open.bigmodel.cn'], ids: ['zhipu'], classes: ['zhipu'] },
  ovhcloud: { hosts: ['endpoints.kepler.ai.cloud.ovh.net'], classes: ['ovh'] },
  'github-copilot': { hosts: ['api.githubcopilot.com'] },
  ollama: { classes: ['ollama'], prefixes: ['ollama', 'ollama_chat'], kind: 'engine' },
  vllm: { classes: ['vllm'], prefixes: ['vllm', 'hosted_vllm'], kind: 'engine' },
  lm_studio: { ids: ['lmstudio', 'lm-studio'], classes: ['lmstudio'], prefixes: ['lm_studio'], kind: 'engine' },
  llama_cpp: {
    ids: ['llamacpp', 'llama.cpp', 'llama-cpp', 'llama-server'],
    classes: ['llamacpp'],
    prefixes: ['llamacpp', 'llama_cpp', 'llamafile'],
    kind: 'engine',
  },
  localai: { ids: ['local-ai'], prefixes: ['localai'], kind: 'engine' },
  sglang: { prefixes: ['sglang'], kind: 'engine' },
  mlx: { classes: ['mlx'], prefixes: ['mlx'], kind: 'engine' },
  tgi: { ids: ['text-generation-inference'], kind: 'engine' },
  webllm: { classes: ['webllm'], kind: 'engine' },
};

type Spelling<T> = readonly [spelling: T, provider: string];

function column<T>(values: (facts: ProviderFacts) => readonly T[] | undefined): readonly Spelling<T>[] {
  return Object.entries(PROVIDERS).flatMap(([provider, facts]) =>
    (values(facts) ?? []).map((value): Spelling<T> => [value, provider]),
  );
}

const BY_HOST = lazy(() => column(({ hosts }) => hosts));
const BY_CLASS = lazy(() => column(({ classes }) => classes).toSorted(([a], [b]) => b.length - a.length));
const BY_PREFIX = lazy((): ReadonlyMap<string, string> => new Map(column(({ prefixes }) => prefixes)));
const BY_MODEL = lazy(() => column(({ models }) => (models === undefined ? undefined : [models])));
const BY_ID: ReadonlyMap<string, string> = new Map(column(({ ids }) => ids));

/** Every name of a provider that is known, whoever has it. */
export const PROVIDER_NAMES: readonly string[] = [...Object.keys(PROVIDERS), ...BY_ID.keys()];

/** The provider whose API answers on a host; `undefined` for a gateway or a server of the user's own. */
export function providerOfHost(host: string): string | undefined {
  const name = host.toLowerCase();
  return BY_HOST().find(([known]) =>
    typeof known === 'string' ? name === known || name.endsWith(`.${known}`) : known.test(name),
  )?.[1];
}

/** A process calls a handful of providers, over and over. */
const MAX_KNOWN = 256;

const classOwner = memoize<string, string | null>(MAX_KNOWN, (className) => {
  const name = className.toLowerCase().replace('chat', '');
  return BY_CLASS().find(([prefix]) => name.startsWith(prefix))?.[1] ?? null;
});

/** The provider that a framework's class belongs to: `OpenAIEmbedding`, `AzureChatOpenAI`, `ChatBedrockConverse`. */
export const providerOfClass = (className: string): string | undefined => classOwner(className) ?? undefined;

/** The provider that a framework calls `id`. A name that nobody knows stays as it is. */
export const providerOfId: (id: string) => string = memoize(MAX_KNOWN, (id) => {
  const name = id.toLowerCase();
  if (Object.hasOwn(PROVIDERS, name)) return name;
  return BY_ID.get(name) ?? providerOfClass(name) ?? name;
});

/** A provider, and its own name for a model. */
export interface SoldModel {
  readonly provider: string;
  readonly model: string;
}

/** The provider that a model's name implies: `groq/llama-3.3-70b-versatile`, `us.anthropic.claude-sonnet-4-6`. */
export function providerOfModel(model: string): SoldModel | undefined {
  const slash = model.indexOf('/');
  const named = slash < 1 ? undefined : BY_PREFIX().get(model.slice(0, slash).toLowerCase());
  if (named !== undefined) return { provider: named, model: model.slice(slash + 1) };
  const only = BY_MODEL().find(([pattern]) => pattern.test(model));
  return only === undefined ? undefined : { provider: only[1], model };
}

/** True for software that runs models on the user's own machine. */
export function isEngine(provider: string): boolean {
  return PROVIDERS[provider]?.kind === 'engine';
}

/** True for a provider whose API many servers and gateways copy. */
export function isProtocol(provider: string): boolean {
  return PROVIDERS[provider]?.kind === 'protocol';
}

/** The price catalogue's id of a provider. */
export function catalogueId(provider: string): string {
  return PROVIDERS[provider]?.catalogue ?? provider;
}
