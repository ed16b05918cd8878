/** The key of every number in the objects inside of usage objects: parts of the input and the output, costs, tools. */
import { NOT_BILLED, type Spellings } from './spelling.ts';

/**
 * Writes by their time to live: Anthropic's, and OpenAI's
 * (https://developers.openai.com/api/docs/guides/prompt-caching).
 */
export const CACHE_CREATION: Spellings = {
  ttl_30m_tokens: 'cache_write_30m_tokens',
  ttl_12h_tokens: 'cache_write_12h_tokens',
  ephemeral_5m_input_tokens: 'cache_write_5m_tokens',
  ephemeral_1h_input_tokens: 'cache_write_1h_tokens',
};

const CACHED_DETAILS: Spellings = {
  text_tokens: 'cache_text_read_tokens',
  audio_tokens: 'cache_audio_read_tokens',
  image_tokens: 'cache_image_read_tokens',
  video_tokens: 'cache_video_read_tokens',
};

/** Parts of the input. */
export const INPUT_DETAILS: Spellings = {
  cached_tokens: 'cache_read_tokens',
  cached_tokens_internal: NOT_BILLED,
  cache_read: 'cache_read_tokens',
  cacheRead: 'cache_read_tokens',
  cacheReadTokens: 'cache_read_tokens',
  cachedTokens: 'cache_read_tokens',
  cache_read_input_tokens: 'cache_read_tokens',
  cache_creation: 'cache_write_tokens',
  cache_creation_tokens: 'cache_write_tokens',
  cache_creation_input_tokens: 'cache_write_tokens',
  cache_write_tokens: 'cache_write_tokens',
  cache_write: 'cache_write_tokens',
  cacheWrite: 'cache_write_tokens',
  cacheWriteTokens: 'cache_write_tokens',
  cache_write_tokens_details: CACHE_CREATION,
  cache_creation_token_details: CACHE_CREATION,
  cached_tokens_details: CACHED_DETAILS,
  ephemeral_5m_input_tokens: 'cache_write_5m_tokens',
  ephemeral_1h_input_tokens: 'cache_write_1h_tokens',
  audio_tokens: 'input_audio_tokens',
  audioTokens: 'input_audio_tokens',
  audio: 'input_audio_tokens',
  text_tokens: 'input_text_tokens',
  textTokens: 'input_text_tokens',
  text: 'input_text_tokens',
  image_tokens: 'input_image_tokens',
  imageTokens: 'input_image_tokens',
  image: 'input_image_tokens',
  document: 'input_document_tokens',
  video_tokens: 'input_video_tokens',
  videoTokens: 'input_video_tokens',
  video: 'input_video_tokens',
  noCache: NOT_BILLED,
  noCacheTokens: NOT_BILLED,
  total: 'input_tokens',
};

/** Parts of the output. */
export const OUTPUT_DETAILS: Spellings = {
  reasoning_tokens: 'output_reasoning_tokens',
  reasoningTokens: 'output_reasoning_tokens',
  reasoning: 'output_reasoning_tokens',
  thinking_tokens: 'output_reasoning_tokens',
  audio_tokens: 'output_audio_tokens',
  audioTokens: 'output_audio_tokens',
  audio: 'output_audio_tokens',
  text_tokens: 'output_text_tokens',
  textTokens: 'output_text_tokens',
  text: 'output_text_tokens',
  image_tokens: 'output_image_tokens',
  imageTokens: 'output_image_tokens',
  image: 'output_image_tokens',
  document: 'output_document_tokens',
  video_tokens: 'output_video_tokens',
  videoTokens: 'output_video_tokens',
  video: 'output_video_tokens',
  // Parts of the output that are billed like the rest of it.
  accepted_prediction_tokens: NOT_BILLED,
  acceptedPredictionTokens: NOT_BILLED,
  rejected_prediction_tokens: NOT_BILLED,
  rejectedPredictionTokens: NOT_BILLED,
  total: 'output_tokens',
};

/** Parts of a cost that is reported as a whole beside them. */
export const COST_DETAILS: Spellings = {
  upstream_inference_cost: 'upstream_cost_usd',
  upstreamInferenceCost: 'upstream_cost_usd',
  upstream_inference_prompt_cost: NOT_BILLED,
  upstream_inference_completions_cost: NOT_BILLED,
  upstream_inference_input_cost: NOT_BILLED,
  upstream_inference_output_cost: NOT_BILLED,
  upstreamInferencePromptCost: NOT_BILLED,
  upstreamInferenceCompletionsCost: NOT_BILLED,
  upstreamInferenceInputCost: NOT_BILLED,
  upstreamInferenceOutputCost: NOT_BILLED,
};

/** A cost, as a number or as an object. */
export const COST: Spellings = {
  '': 'cost_usd',
  total_cost: 'cost_usd',
  totalCost: 'cost_usd',
  input_tokens_cost: NOT_BILLED,
  output_tokens_cost: NOT_BILLED,
  reasoning_tokens_cost: NOT_BILLED,
  citation_tokens_cost: NOT_BILLED,
  search_queries_cost: NOT_BILLED,
  request_cost: NOT_BILLED,
};

/** Calls of tools that the provider ran. */
export const SERVER_TOOLS: Spellings = {
  web_search_requests: 'web_searches',
  web_search_calls: 'web_searches',
  webSearchCalls: 'web_searches',
  tool_calls_requested: NOT_BILLED,
  tool_calls_executed: NOT_BILLED,
  x_search_calls: 'social_searches',
  xSearchCalls: 'social_searches',
  file_search_calls: 'storage_searches',
  fileSearchCalls: 'storage_searches',
  document_search_calls: 'storage_searches',
  documentSearchCalls: 'storage_searches',
  code_interpreter_calls: 'code_executions',
  codeInterpreterCalls: 'code_executions',
  code_execution_requests: 'code_executions',
  // Fetching pages, tool search and MCP calls are billed by the tokens that they bring.
  web_fetch_requests: NOT_BILLED,
  tool_search_requests: NOT_BILLED,
  mcp_calls: NOT_BILLED,
  mcpCalls: NOT_BILLED,
};
