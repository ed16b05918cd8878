/** Paths of keys to one count. The first path with a count is used. */
type Paths = readonly (readonly string[])[];

/** The names that one family of APIs uses for token counts. */
export interface UsageShape {
  /** An object with any of these keys has this shape. */
  readonly marks: readonly string[];
  readonly input: Paths;
  readonly output: Paths;
  readonly total?: Paths;
  readonly cacheRead?: Paths;
  readonly cacheWrite?: Paths;
  readonly reasoning?: Paths;
  readonly audioInput?: Paths;
  readonly audioOutput?: Paths;
  /** Tokens that are part of the input, but that `input` does not include. */
  readonly besidesInput?: readonly ('cacheRead' | 'cacheWrite')[];
  /** `output` does not include `reasoning`. */
  readonly reasoningBesides?: true;
}

/** Keys of objects that wrap a usage object. */
export const WRAPPERS: readonly string[] = [
  'usage_metadata',
  'usageMetadata',
  'tokenUsage',
  'usage',
  'tokens',
  'billed_units',
];

/** LangChain's key for counts that were made locally. */
export const ESTIMATED_WRAPPER = 'estimatedTokenUsage';

/**
 * The shapes, those with the most significant marks first. Sources: the API references of OpenAI (chat completions,
 * responses), Anthropic (messages), Google (generateContent), Amazon Bedrock (Converse), Ollama, DeepSeek, Cohere;
 * `UsageMetadata` of @langchain/core; `LanguageModelUsage` of the AI SDK.
 */
export const SHAPES: readonly UsageShape[] = [
  {
    marks: ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens'],
    input: [['gen_ai.usage.input_tokens']],
    output: [['gen_ai.usage.output_tokens']],
    cacheRead: [['gen_ai.usage.cache_read.input_tokens']],
    cacheWrite: [['gen_ai.usage.cache_write.input_tokens']],
    reasoning: [['gen_ai.usage.reasoning.output_tokens']],
    audioInput: [['gen_ai.usage.audio.input_tokens']],
    audioOutput: [['gen_ai.usage.audio.output_tokens']],
  },
  {
    marks: ['input_token_details', 'output_token_details'],
    input: [['input_tokens']],
    output: [['output_tokens']],
    total: [['total_tokens']],
    cacheRead: [['input_token_details', 'cache_read']],
    cacheWrite: [['input_token_details', 'cache_creation']],
    reasoning: [['output_token_details', 'reasoning']],
    audioInput: [['input_token_details', 'audio']],
    audioOutput: [['output_token_details', 'audio']],
  },
  {
    marks: ['cache_read_input_tokens', 'cache_creation_input_tokens'],
    input: [['input_tokens']],
    output: [['output_tokens']],
    cacheRead: [['cache_read_input_tokens']],
    cacheWrite: [['cache_creation_input_tokens']],
    besidesInput: ['cacheRead', 'cacheWrite'],
  },
  {
    marks: ['prompt_tokens', 'completion_tokens'],
    input: [['prompt_tokens']],
    output: [['completion_tokens']],
    total: [['total_tokens']],
    cacheRead: [['prompt_tokens_details', 'cached_tokens'], ['prompt_cache_hit_tokens'], ['cached_tokens']],
    reasoning: [['completion_tokens_details', 'reasoning_tokens']],
    audioInput: [['prompt_tokens_details', 'audio_tokens']],
    audioOutput: [['completion_tokens_details', 'audio_tokens']],
  },
  {
    marks: ['input_tokens', 'output_tokens'],
    input: [['input_tokens']],
    output: [['output_tokens']],
    total: [['total_tokens']],
    cacheRead: [['input_tokens_details', 'cached_tokens']],
    reasoning: [['output_tokens_details', 'reasoning_tokens']],
  },
  {
    marks: ['promptTokenCount', 'candidatesTokenCount'],
    input: [['promptTokenCount']],
    output: [['candidatesTokenCount']],
    total: [['totalTokenCount']],
    cacheRead: [['cachedContentTokenCount']],
    reasoning: [['thoughtsTokenCount']],
    reasoningBesides: true,
  },
  {
    marks: ['promptTokens', 'completionTokens'],
    input: [['promptTokens']],
    output: [['completionTokens']],
    total: [['totalTokens']],
  },
  {
    marks: ['cacheReadInputTokens', 'cacheWriteInputTokens'],
    input: [['inputTokens']],
    output: [['outputTokens']],
    total: [['totalTokens']],
    cacheRead: [['cacheReadInputTokens']],
    cacheWrite: [['cacheWriteInputTokens']],
    besidesInput: ['cacheRead', 'cacheWrite'],
  },
  {
    marks: ['inputTokens', 'outputTokens'],
    input: [['inputTokens']],
    output: [['outputTokens']],
    total: [['totalTokens']],
    cacheRead: [['cachedInputTokens'], ['inputTokenDetails', 'cacheReadTokens']],
    cacheWrite: [['inputTokenDetails', 'cacheWriteTokens']],
    reasoning: [['reasoningTokens'], ['outputTokenDetails', 'reasoningTokens']],
  },
  {
    marks: ['prompt_eval_count', 'eval_count'],
    input: [['prompt_eval_count']],
    output: [['eval_count']],
  },
];
