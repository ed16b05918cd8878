/** Finish reasons of answers that are no whole answers, as providers and frameworks spell them. */
import { list } from '../values/props.ts';

/** A content filter or a guardrail of the provider stopped the prompt or the answer for one of these reasons. */
export const FILTER_REASONS = [
  // OpenAI and the APIs that copy it, and the AI SDK.
  'content_filter',
  'content-filter',
  // Anthropic: its classifiers stopped the answer. A refusal in the model's own words is an ordinary answer.
  'refusal',
  // Amazon Bedrock, and its Titan models.
  'guardrail_intervened',
  'content_filtered',
  'CONTENT_FILTERED',
  // Cohere.
  'ERROR_TOXIC',
  // Google: the reasons of an answer, then those of a prompt.
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'MODEL_ARMOR',
  'JAILBREAK',
] as const;

/** The answer was cut, because it reached a limit of tokens. */
export const LIMIT_REASONS = [
  // OpenAI's two APIs, and the AI SDK.
  'length',
  'max_output_tokens',
  // Anthropic and Amazon Bedrock, and its Titan models.
  'max_tokens',
  'model_context_window_exceeded',
  'LENGTH',
  // Mistral.
  'model_length',
  // Google, and Cohere.
  'MAX_TOKENS',
  'CONTINUATION',
  'ERROR_LIMIT',
] as const;

const FILTERS: ReadonlySet<unknown> = new Set(FILTER_REASONS);
const LIMITS: ReadonlySet<unknown> = new Set(LIMIT_REASONS);

/** True if one of the finish reasons of a record is among {@link FILTER_REASONS}. */
export const hasFilterReason = (reasons: unknown): boolean => list(reasons).some((reason) => FILTERS.has(reason));

/** True if one of the finish reasons of a record is among {@link LIMIT_REASONS}. */
export const hasLimitReason = (reasons: unknown): boolean => list(reasons).some((reason) => LIMITS.has(reason));
