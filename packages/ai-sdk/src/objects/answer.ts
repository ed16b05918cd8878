/** The answer of a model: its facts, its usage and its content. */

import type { Message, SpanAttributes } from '@spanline/core';
import {
  hasKeys,
  mostExact,
  type NormalizedUsage,
  normalizeUsage,
  type Props,
  props,
  rateLimitRatio,
  reportedByHeaders,
  serverOf,
  text,
  type UsageContext,
  usageAttributes,
} from '@spanline/instrumentation';
import { toParts } from './parts.ts';
import { serverItems } from './server-tools.ts';

/** The reason why a model stopped: `{ unified, raw }`, or before `ai` 6 the reason alone. */
function finishReason(reason: unknown): string | undefined {
  return text(reason) ?? text(props(reason)['unified']);
}

const REQUEST_IDS = ['x-request-id', 'request-id', 'apim-request-id', 'x-amzn-requestid'] as const;
const NOTHING: SpanAttributes = Object.freeze({});

/** A provider's own headers have names like these. */
const tells = (name: string): boolean =>
  name.startsWith('x-') || name === 'request-id' || name.startsWith('apim-') || name.startsWith('anthropic-');

/** It visits the headers that are there: looking for those that are not costs more. */
function mayTell(headers: Props): boolean {
  for (const name in headers) if (tells(name)) return true;
  return false;
}

/** Facts in the headers of an answer, an object with lower-case names. */
export function headerAttributes(headers: unknown): SpanAttributes {
  const source = props(headers);
  if (!mayTell(source)) return NOTHING;
  return {
    'spanline.ratelimit.remaining_ratio': rateLimitRatio(headers),
    'spanline.provider.request_id': REQUEST_IDS.map((name) => text(source[name])).find((id) => id !== undefined),
    ...reportedByHeaders(headers),
  };
}

/** True for a report to which the SDK's copy adds nothing: both sides are counted, and every number is known. */
function isWhole({ units, issue, unknown }: NormalizedUsage): boolean {
  const { input_tokens: input, output_tokens: output } = units;
  return input !== undefined && output !== undefined && issue === undefined && unknown === undefined;
}

/** The metadata of most providers is empty. */
function metadataCost(providerMetadata: unknown, context: UsageContext): NormalizedUsage | undefined {
  const metadata = props(providerMetadata);
  for (const provider in metadata) {
    if (hasKeys(props(metadata[provider]))) return normalizeUsage({ providerMetadata }, context);
  }
  return undefined;
}

/**
 * The usage of an answer. Of three reports the most exact one counts: the provider's own answer, where the SDK keeps
 * it; the SDK's copy, with the part of the provider's report that it knows; the answer that a wrapped client saw. The
 * copy is read only if the provider's own answer leaves something open. The metadata beside it may have a cost, and the
 * parts of the answer the calls of OpenAI's own tools.
 *
 * @param observed - the report that a wrapped client received for the same call
 * @param tools - tools of the request
 */
export function answerUsage(
  { usage, providerMetadata, response, content }: Props,
  context: UsageContext,
  observed: NormalizedUsage | undefined,
  tools?: unknown,
): SpanAttributes {
  const own = normalizeUsage(props(response)['body'], context);
  const isKnown = own !== undefined && isWhole(own);
  // Metadata that cannot be read cost no counts.
  const copy = isKnown
    ? metadataCost(providerMetadata, context)
    : (normalizeUsage({ usage, providerMetadata, ...serverItems(content, tools) }, context) ??
      normalizeUsage({ usage }, context));
  const found = mostExact([observed, own, copy]);
  return found === undefined ? {} : usageAttributes(found);
}

/** A time in seconds, to the microsecond. */
export function toSeconds(milliseconds: unknown): number | undefined {
  return typeof milliseconds === 'number' ? Math.round(milliseconds * 1000) / 1e6 : undefined;
}

/** The error of an answer that ends with one, where the SDK does not say which. */
export const MODEL_FAILURE = Object.freeze({ name: 'Error', message: 'the model reported an error' });

/** True for an answer that ends with an error. */
export const isBroken = ({ finishReason: reason }: Props): boolean => finishReason(reason) === 'error';

/** Facts of an answer besides its content and its usage. */
export function answerFacts({ finishReason: reason, response, request }: Props): SpanAttributes {
  const { id, modelId, headers } = props(response);
  const stopped = finishReason(reason);
  const url = text(props(request)['url']);
  const facts: SpanAttributes = {
    'gen_ai.response.id': text(id),
    'gen_ai.response.model': text(modelId),
    'gen_ai.response.finish_reasons': stopped === undefined ? undefined : [stopped],
  };
  if (url !== undefined) Object.assign(facts, serverOf(url));
  const told = headerAttributes(headers);
  return told === NOTHING ? facts : Object.assign(facts, told);
}

/** The assistant's message of an answer. */
export function answerMessages({ content, finishReason: stopped }: Props): Message[] {
  const parts = toParts(content, true);
  if (parts.length === 0) return [];
  const reason = finishReason(stopped);
  return [reason === undefined ? { role: 'assistant', parts } : { role: 'assistant', parts, finish_reason: reason }];
}
