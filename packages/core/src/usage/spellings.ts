/**
 * The key of every number in the usage objects of providers and frameworks. Sources: the API references of OpenAI
 * (chat, responses, images, audio, realtime), Anthropic, Google, Amazon Bedrock, Azure, Mistral, Cohere, Groq,
 * DeepSeek, xAI, Perplexity, OpenRouter, Ollama; `UsageMetadata` of `@langchain/core`; `LanguageModelUsage` and
 * `LanguageModelV4Usage` of the AI SDK; OpenTelemetry's conventions.
 */
import { BILLED_UNITS, isConventionUnit, lazy, UNIT_KEYS } from '@spanline/record';
import { CACHE_CREATION, COST, COST_DETAILS, INPUT_DETAILS, OUTPUT_DETAILS, SERVER_TOOLS } from './detail-spellings.ts';
import { compileSpellings, NOT_BILLED, type SpellingMap, type Spellings } from './spelling.ts';

/** Cohere bills these; `tokens` beside them also counts what Cohere adds to the prompt. */
export const COHERE_UNITS = lazy((): SpellingMap =>
  compileSpellings({
    input_tokens: 'input_tokens',
    inputTokens: 'input_tokens',
    output_tokens: 'output_tokens',
    outputTokens: 'output_tokens',
    cached_tokens: 'cache_read_tokens',
    cachedTokens: 'cache_read_tokens',
    search_units: 'rerank_searches',
    searchUnits: 'rerank_searches',
    classifications: 'requests',
    images: 'input_images',
    pages: 'input_document_pages',
    image_tokens: 'image_beside',
    imageTokens: 'image_beside',
  }),
);

/** OpenTelemetry's names, today's and earlier ones, after `gen_ai.usage.`. */
const conventions = (): Spellings => ({
  input_tokens: 'input_tokens',
  output_tokens: 'output_tokens',
  prompt_tokens: 'input_tokens',
  completion_tokens: 'output_tokens',
  total_tokens: 'total',
  'cache_read.input_tokens': 'cache_read_tokens',
  cache_read_input_tokens: 'cache_read_tokens',
  'cache_write.input_tokens': 'cache_write_tokens',
  'cache_creation.input_tokens': 'cache_write_tokens',
  cache_creation_input_tokens: 'cache_write_tokens',
  'reasoning.output_tokens': 'output_reasoning_tokens',
  'audio.input_tokens': 'input_audio_tokens',
  'audio.output_tokens': 'output_audio_tokens',
});

/** Flat attributes: OpenTelemetry's, and those of this package. */
const openTelemetry = (): Spellings =>
  Object.fromEntries([
    ...Object.entries(conventions()).map(([name, reading]) => [`gen_ai.usage.${name}`, reading]),
    ...BILLED_UNITS.filter((unit) => !isConventionUnit(unit)).map((unit) => [UNIT_KEYS[unit], unit]),
  ]) as Spellings;

const NOVA_INPUT: Spellings = { speechTokens: 'input_audio_tokens', textTokens: 'input_text_tokens' };
const NOVA_OUTPUT: Spellings = { speechTokens: 'output_audio_tokens', textTokens: 'output_text_tokens' };

/** Parts of the input: an object of OpenAI and those that copy it, or Google's list. Both have the same names. */
const INPUT_PARTS = { list: 'input', parts: INPUT_DETAILS } as const;
/** Parts of the output. */
const OUTPUT_PARTS = { list: 'output', parts: OUTPUT_DETAILS } as const;

/** The keys of a usage object itself. */
export const USAGE = lazy((): SpellingMap =>
  compileSpellings({
    ...openTelemetry(),

    // OpenAI chat and those that copy it.
    prompt_tokens: 'prompt_tokens',
    completion_tokens: 'completion_tokens',
    total_tokens: 'total',
    prompt_tokens_details: INPUT_PARTS,
    completion_tokens_details: OUTPUT_PARTS,
    cached_tokens: 'cache_read_tokens',
    num_cached_tokens: 'cache_read_tokens',
    prompt_cache_hit_tokens: 'cache_read_tokens',
    prompt_cache_miss_tokens: NOT_BILLED,
    prompt_cache_write_tokens: 'cache_write_tokens',
    prompt_audio_seconds: 'input_audio_seconds',
    cached_prompt_text_tokens: 'cache_read_tokens',
    prompt_text_tokens: NOT_BILLED,
    prompt_image_tokens: 'input_image_tokens',
    citation_tokens: 'output_citation_tokens',
    num_search_queries: 'web_searches',
    num_sources_used: 'search_sources',
    reasoning_tokens: 'output_reasoning_tokens',

    // OpenAI responses, images, audio and realtime; Anthropic; LangChain.
    input_tokens: 'input_tokens',
    output_tokens: 'output_tokens',
    input_tokens_details: INPUT_PARTS,
    output_tokens_details: OUTPUT_PARTS,
    input_token_details: INPUT_PARTS,
    output_token_details: OUTPUT_PARTS,
    seconds: 'input_audio_seconds',
    billable_audio_seconds: 'audio_seconds',
    input_text_messages: 'input_text_messages',
    cache_read_input_tokens: 'cache_read_beside',
    cache_creation_input_tokens: 'cache_write_beside',
    cache_creation: CACHE_CREATION,
    claude_cache_creation_5_m_tokens: 'cache_write_5m_tokens',
    claude_cache_creation_1_h_tokens: 'cache_write_1h_tokens',
    server_tool_use: SERVER_TOOLS,
    server_tool_use_details: SERVER_TOOLS,
    server_side_tool_usage_details: SERVER_TOOLS,
    serverSideToolUsageDetails: SERVER_TOOLS,
    num_server_side_tools_used: NOT_BILLED,
    context_details: { input_tokens: NOT_BILLED, output_tokens: NOT_BILLED, cached_tokens: NOT_BILLED },

    // Google.
    promptTokenCount: 'input_tokens',
    candidatesTokenCount: 'output_tokens',
    responseTokenCount: 'output_tokens',
    totalTokenCount: 'total',
    cachedContentTokenCount: 'cache_read_tokens',
    thoughtsTokenCount: 'reasoning_beside',
    toolUsePromptTokenCount: 'input_tool_tokens',
    // Part of the prompt: the prompt before the model went on by itself.
    initialPromptTokenCount: NOT_BILLED,
    promptTokensDetails: INPUT_PARTS,
    candidatesTokensDetails: OUTPUT_PARTS,
    responseTokensDetails: { list: 'output' },
    cacheTokensDetails: { list: 'cache' },
    toolUsePromptTokensDetails: { list: 'tool' },
    // Google's Interactions API.
    total_input_tokens: 'input_tokens',
    total_output_tokens: 'output_tokens',
    total_thought_tokens: 'reasoning_beside',
    total_cached_tokens: 'cache_read_tokens',
    total_tool_use_tokens: 'input_tool_tokens',
    // Part of the input: that of the first turn.
    initial_input_tokens: NOT_BILLED,
    input_tokens_by_modality: { list: 'input' },
    output_tokens_by_modality: { list: 'output' },
    cached_tokens_by_modality: { list: 'cache' },
    tool_use_tokens_by_modality: { list: 'tool' },
    grounding_tool_count: { list: 'searches' },
    // Google's names in the OpenAI-like and gRPC answers.
    prompt_token_count: 'input_tokens',
    candidates_token_count: 'output_tokens',
    total_token_count: 'total',
    cached_content_token_count: 'cache_read_tokens',
    thoughts_token_count: 'reasoning_beside',
    tool_use_prompt_token_count: 'input_tool_tokens',
    candidates_tokens_details: OUTPUT_PARTS,
    cache_tokens_details: { list: 'cache' },
    tool_use_prompt_tokens_details: { list: 'tool' },

    // Bedrock and the AI SDK.
    inputTokens: { '': 'input_tokens', ...INPUT_DETAILS },
    outputTokens: { '': 'output_tokens', ...OUTPUT_DETAILS },
    totalTokens: 'total',
    cacheReadInputTokens: 'cache_read_beside',
    cacheWriteInputTokens: 'cache_write_beside',
    inputTokenCount: 'input_tokens',
    outputTokenCount: 'output_tokens',
    invocationLatency: NOT_BILLED,
    firstByteLatency: NOT_BILLED,
    cacheReadInputTokenCount: 'cache_read_beside',
    cacheWriteInputTokenCount: 'cache_write_beside',
    cacheDetails: { list: 'ttl' },
    cachedInputTokens: 'cache_read_tokens',
    reasoningTokens: 'output_reasoning_tokens',
    inputTokenDetails: INPUT_PARTS,
    outputTokenDetails: OUTPUT_PARTS,
    inputTokensDetails: INPUT_PARTS,
    outputTokensDetails: OUTPUT_PARTS,
    inputAudioSeconds: 'input_audio_seconds',

    // Bodies of Amazon's and Meta's models on Bedrock
    // (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html).
    inputTextTokenCount: 'input_tokens',
    totalOutputTextTokenCount: 'output_tokens',
    results: { list: 'results' },
    generation_token_count: 'output_tokens',

    // Nova Sonic: sums so far, and what came since the last event
    // (https://docs.aws.amazon.com/nova/latest/userguide/output-events.html).
    totalInputTokens: 'input_tokens',
    totalOutputTokens: 'output_tokens',
    details: { delta: NOT_BILLED, total: { input: NOVA_INPUT, output: NOVA_OUTPUT } },

    // LangChain's `tokenUsage`, LlamaIndex, Mistral and Cohere.
    promptTokens: 'prompt_tokens',
    completionTokens: 'completion_tokens',
    promptTokensDetail: INPUT_PARTS,
    completionTokensDetails: OUTPUT_PARTS,
    promptAudioSeconds: 'input_audio_seconds',
    promptTokenDetails: INPUT_PARTS,
    numCachedTokens: 'cache_read_tokens',
    cachedTokens: 'cache_read_tokens',
    requestCount: NOT_BILLED,
    pages_processed: 'input_document_pages',
    pagesProcessed: 'input_document_pages',
    doc_size_bytes: NOT_BILLED,
    docSizeBytes: NOT_BILLED,
    characters: 'input_characters',
    audio_seconds: 'input_audio_seconds',
    search_units: 'rerank_searches',

    // Ollama.
    prompt_eval_count: 'input_tokens',
    eval_count: 'output_tokens',
    total_duration: NOT_BILLED,
    load_duration: NOT_BILLED,
    prompt_eval_duration: NOT_BILLED,
    eval_duration: NOT_BILLED,

    // Times of Groq, Cerebras and others.
    queue_time: NOT_BILLED,
    prompt_time: NOT_BILLED,
    completion_time: NOT_BILLED,
    total_time: NOT_BILLED,
    queueTime: NOT_BILLED,
    promptTime: NOT_BILLED,
    completionTime: NOT_BILLED,
    totalTime: NOT_BILLED,
    latency_checkpoint: NOT_BILLED,
    // Times and speeds of SambaNova.
    start_time: NOT_BILLED,
    end_time: NOT_BILLED,
    total_latency: NOT_BILLED,
    time_to_first_token: NOT_BILLED,
    acceptance_rate: NOT_BILLED,
    completion_tokens_per_sec: NOT_BILLED,
    completion_tokens_after_first_per_sec: NOT_BILLED,
    completion_tokens_after_first_per_sec_first_ten: NOT_BILLED,
    completion_tokens_after_first_per_sec_graph: NOT_BILLED,
    total_tokens_per_sec: NOT_BILLED,
    // Where Groq kept cached tokens. `cached_tokens` counts them.
    dram_cached_tokens: NOT_BILLED,
    sram_cached_tokens: NOT_BILLED,

    // Costs that are reported.
    cost: COST,
    cost_usd: 'cost_usd',
    total_cost: 'cost_usd',
    estimated_cost: 'cost_usd',
    cost_in_usd_ticks: 'cost_ticks',
    costInUsdTicks: 'cost_ticks',
    cost_details: COST_DETAILS,
    costDetails: COST_DETAILS,

    // Read by themselves.
    iterations: NOT_BILLED,
    billed_units: NOT_BILLED,
    billedUnits: NOT_BILLED,
    tokens: {
      '': 'input_tokens',
      input_tokens: NOT_BILLED,
      output_tokens: NOT_BILLED,
      inputTokens: NOT_BILLED,
      outputTokens: NOT_BILLED,
    },
    raw: NOT_BILLED,
    totalUsage: NOT_BILLED,
    usage: NOT_BILLED,
    meta: NOT_BILLED,
    x_groq: NOT_BILLED,
  }),
);

/** Parts of the input and of the output by Google's modality. Documents are billed as images. */
export const MODALITIES: Readonly<Record<string, string>> = {
  TEXT: 'text',
  AUDIO: 'audio',
  IMAGE: 'image',
  VIDEO: 'video',
  DOCUMENT: 'image',
};

/** The event of Nova Sonic that counts. */
export const NOVA_USAGE = 'usageEvent';

/** For an object of which no key is known. */
export const NO_SPELLINGS: SpellingMap = compileSpellings({});
