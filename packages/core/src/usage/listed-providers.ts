/**
 * Providers that have a price list in `@pydantic/genai-prices`. Options are checked against them before the lists are
 * loaded; a test compares them with the package.
 */
const LISTED: ReadonlySet<string> = new Set(
  `anthropic arcee avian aws azure baseten cerebras cloudflare cohere cursor deepseek doubleword fireworks
  github-copilot google groq huggingface_cerebras huggingface_fireworks-ai huggingface_groq huggingface_hyperbolic
  huggingface_nebius huggingface_novita huggingface_nscale huggingface_ovhcloud huggingface_publicai
  huggingface_sambanova huggingface_together minimax mistral modal moonshotai novita openai openrouter ovhcloud
  perplexity quicksilverpro together typesafe voyageai x-ai zai zhipuai`.split(/\s+/),
);

/** Names of the providers that have a price list. */
export const LISTED_PROVIDERS: readonly string[] = [...LISTED];

/** True for a provider that has a price list. */
export const isListed = (id: string): boolean => LISTED.has(id);
