/** Finish reasons that say that a filter stepped in, as providers and frameworks spell them. */
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

const FILTERS: ReadonlySet<unknown> = new Set(FILTER_REASONS);

/** True if one of the finish reasons of a record is among {@link FILTER_REASONS}. */
export const hasFilterReason = (reasons: unknown): boolean => list(reasons).some((reason) => FILTERS.has(reason));
