/** Names of models, and who can run them. */

/**
 * Names of models whose weights nobody has but their maker, who sells them, and the clouds that resell them; by the
 * catalogue's id of the maker.
 */
const CLOSED: readonly (readonly [maker: string, names: RegExp])[] = [
  // Without gpt-oss, gpt-2, gpt-j and whisper. A fine-tuned model has the name of its base.
  [
    'openai',
    /^(?:ft:)?(?:gpt-(?:[3-9]|\d\d|image|audio|realtime)|chatgpt-|o\d+(?:$|-)|text-embedding-(?:3|ada)|davinci|babbage|codex-mini|computer-use|dall-e|sora|tts-1|omni-moderation)/,
  ],
  ['anthropic', /^claude-/],
  // Without gemma.
  ['google', /^(?:gemini-|imagen-|veo-|text-embedding-00|text-multilingual-embedding)/],
  // xAI published the weights of Grok 1 and 2.
  ['x-ai', /^grok-(?![12](?:$|[-:]))/],
  // Mistral publishes the weights of most of its models. Only its API has names that move on to the next version.
  [
    'mistral',
    /^(?:(?:codestral|devstral|magistral|ministral|mistral|pixtral|voxtral)-(?:[\w-]+-)?latest$|mistral-(?:medium|saba|tiny|embed|ocr|moderation)|magistral-medium|codestral-embed|ministral-3b-2410)/,
  ],
  ['cohere', /^(?:command(?:$|-light|-nightly)|embed-(?:v4|english|multilingual)|rerank-)/],
  ['aws', /^(?:nova-(?:micro|lite|pro|premier|sonic|2)|titan-)/],
  ['perplexity', /^sonar(?:$|-)/],
  ['voyageai', /^voyage-(?!4-nano)/],
  ['writer', /^palmyra-/],
  ['alibaba', /^qwen(?:\d+(?:\.\d+)?)?-(?:max|plus|turbo)/],
  ['moonshotai', /^moonshot-v1/],
];

/**
 * Families of models whose weights anybody can run, also where the name of a fine-tuned model contains theirs. Only
 * weights have their number of parameters in the name.
 */
const OPEN: readonly RegExp[] = [
  /llama|alpaca|vicuna|qwen|mistral|mixtral|ministral|codestral|devstral|magistral|pixtral|voxtral|mathstral|gemma/,
  /deepseek|kimi|moonlight|chatglm|internlm|internvl|minicpm|minimax|hunyuan|ernie|baichuan|falcon|olmo|granite|nemotron/,
  /hermes|dolphin|zephyr|wizard|starcoder|codegen|stablelm|smol|bloom|jamba|exaone|whisper|parakeet|llava|moondream/,
  /molmo|apertus|openchat|starling|minilm|mxbai|snowflake-arctic|stable-diffusion|sdxl|bert(?:$|[-_])|gpt4all|c4ai/,
  /(?:^|[-_/.])(?:gpt-(?:oss|2|j|neo)|gpt2|grok-[12]|command|phi|yi|opt|mpt|dbrx|glm|qwq|qvq|aya|tulu|orca|solar|bge|e5|gte)(?:$|[^a-z])/,
  /(?:^|[-_/.])(?:gpt-neox|nomic-embed|jina|rwkv|mamba|lfm2?|cogito|mimo|longcat|seed-oss|t5|flux|kokoro)(?:$|[^a-z])/,
  /(?:^|[-_/])e?\d+(?:x\d+)?(?:\.\d+)?[bm](?:$|[-_.:])/,
];

/** A size or a quantisation as a tag (Ollama), a file of weights, or a path: names that only engines use. */
const ENGINE_NAME =
  /:(?:latest|e?\d+(?:x\d+)?(?:\.\d+)?[bm](?:$|-)|[\w.-]*(?:q\d|fp16|bf16|int[48]))|\.(?:gguf|safetensors|bin)$|^[./~]/i;

/** True if only its maker, and the clouds that resell it, can run the model. */
export function isClosed(model: string): boolean {
  return makerOf(model) !== undefined;
}

/** The catalogue's id of who makes a closed model. */
export function makerOf(model: string): string | undefined {
  const name = bareName(model);
  return CLOSED.find(([, names]) => names.test(name))?.[0];
}

/** True for open weights. A name that is neither closed nor open may be an alias for any model. */
export function isOpen(model: string): boolean {
  const name = bareName(model);
  return !isClosed(model) && OPEN.some((pattern) => pattern.test(name));
}

/** True for a name that engines give to models that they run. */
export function isEngineName(model: string): boolean {
  return ENGINE_NAME.test(model);
}

/** The name without what gateways and clouds put before it: `openai/gpt-4o`, `us.anthropic.claude-sonnet-4-6`. */
export function bareName(model: string): string {
  return model
    .slice(model.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/^(?:(?:us|us-gov|eu|apac|jp|au|ca|global)\.)?(?:anthropic|amazon|cohere|mistral|openai|writer)\./, '');
}
