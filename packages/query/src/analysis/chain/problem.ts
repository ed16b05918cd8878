/** How a step of a trace went wrong. */

import { FILTER_REASONS, isOwnError, LIMIT_REASONS, type SpanRecord } from '@spanline/record';

/** Finish reasons of answers that are no whole answers, in the words of all providers. */
const STOPPED: ReadonlyMap<string, string> = new Map([
  ...FILTER_REASONS.map((reason) => [reason, 'a content filter stopped the answer'] as const),
  ['guardrail_intervened', 'a guardrail stopped the answer'],
  ['refusal', 'the model refused'],
  ...LIMIT_REASONS.map((reason) => [reason, 'the answer stopped at the token limit'] as const),
]);

const ENDED: ReadonlyMap<string, string> = new Map([
  ['aborted', 'the caller aborted it'],
  ['abandoned', 'nobody waited for its end'],
  ['unfinished', 'the process ended before it did'],
]);

/**
 * Says how a step went wrong: its own error, an early end, no documents, an answer that stopped early, a guardrail that
 * blocked. `undefined` if it did not, and for an error that a step below passed on.
 */
export function problemOf(record: SpanRecord): string | undefined {
  if (isOwnError(record)) {
    const { 'error.type': type, 'error.message': message } = record;
    return [type ?? 'Error', message].filter((text) => text !== undefined && text !== '').join(': ');
  }
  const ended = ENDED.get(record['span.status'] ?? '');
  if (ended !== undefined) return ended;
  if (record['spanline.guardrail.action'] === 'block') return 'the guardrail blocked';
  if (record['span.type'] === 'retriever' && record['spanline.retrieval.empty'] === true)
    return 'it found no documents';
  return record['gen_ai.response.finish_reasons']
    ?.map((reason) => STOPPED.get(reason))
    .find((text) => text !== undefined);
}
