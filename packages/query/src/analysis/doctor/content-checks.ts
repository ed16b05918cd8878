/** Checks of what lines say: content that must not be there, prices, names. */

import { CONTENT_KEYS, type ParsedLine } from '@spanline/record';
import { counted } from './finding.ts';
import { collectNames, type LineCheck, recordCheck, type SeenRecord } from './line-check.ts';

/** Names the kinds of personal data and credentials in a line. @returns an empty array if there are none */
export type FindPersonalData = (line: ParsedLine) => readonly string[];

const WITHOUT_CONTENT: ReadonlySet<string | undefined> = new Set(['metadata', 'hashed']);
/** The mode `hashed` writes the hash of content in its place. */
const HASH = '{"hmac":';
const CONTENT = [...CONTENT_KEYS, 'error.message', 'error.cause'] as const;

const contentInMetadata = recordCheck({
  name: 'content-in-metadata',
  severity: 'error',
  text: (count) =>
    `${counted(count, 'line has', 'lines have')} content, although their capture mode is metadata or hashed.`,
  fix: 'Find what adds it behind Spanline (a mixin, a formatter, an agent), and remove it.',
  page: 'docs/privacy.md#modes',
  isFault: ({ record }) =>
    WITHOUT_CONTENT.has(record['spanline.capture.mode']) &&
    CONTENT.some((key) => record[key] !== undefined && !record[key].startsWith(HASH)),
});

const isCall = ({ isSpan, record }: SeenRecord): boolean =>
  isSpan && (record['span.type'] === 'llm' || record['span.type'] === 'embedding');

function hasTokens({ record }: SeenRecord): boolean {
  return (record['gen_ai.usage.input_tokens'] ?? 0) + (record['gen_ai.usage.output_tokens'] ?? 0) > 0;
}

function isUnpriced(seen: SeenRecord): boolean {
  const { 'spanline.cost.usd': cost, 'spanline.cost.reason': reason } = seen.record;
  if (!isCall(seen) || cost !== undefined || !hasTokens(seen)) return false;
  return reason === undefined || reason === 'unknown_model' || reason === 'no_model';
}

const unknownPrices: LineCheck = {
  name: 'unknown-prices',
  severity: 'warning',
  text: (count, detail) =>
    `${counted(count, 'call has', 'calls have')} no price${detail === '' ? '' : ` (${detail})`}: costs are too low.`,
  fix: 'Give the price of the model: createTracer({ prices }), or a file in SPANLINE_PRICES.',
  page: 'docs/cost.md#your-own-prices',
  watch(report) {
    const models = collectNames();
    return {
      record(seen) {
        if (!isUnpriced(seen)) return;
        const model = seen.record['gen_ai.response.model'] ?? seen.record['gen_ai.request.model'];
        if (model !== undefined) models.add(model);
        report(seen.place);
      },
      detail: models.list,
    };
  },
};

/** A class of embeddings that names no provider runs in the process. */
const isBilled = (seen: SeenRecord): boolean =>
  isCall(seen) && (seen.record['span.type'] === 'llm' || seen.record['gen_ai.provider.name'] !== undefined);

/** Nobody bills a call without a provider, and its tokens are missing all the same. */
const NO_USAGE: ReadonlySet<unknown> = new Set(['no_usage', 'not_billed']);

const noUsage = recordCheck({
  name: 'no-usage',
  severity: 'warning',
  text: (count) => `${counted(count, 'call of a model has', 'calls of models have')} no tokens, and so no cost.`,
  fix: 'Ask for the tokens of streams: stream_options: { include_usage: true }, or streamUsage in LangChain.',
  page: 'docs/cost.md#what-is-read',
  isFault: (seen) =>
    isBilled(seen) &&
    seen.record['span.status'] === 'ok' &&
    NO_USAGE.has(seen.record['spanline.cost.reason']) &&
    !hasTokens(seen),
});

const noService = recordCheck({
  name: 'no-service-name',
  severity: 'warning',
  text: (count) => `${counted(count, 'span has', 'spans have')} no service name.`,
  fix: 'Set OTEL_SERVICE_NAME, or createTracer({ service: { name } }).',
  page: 'docs/options.md#service',
  isFault: ({ isSpan, record: { 'service.name': name } }) =>
    isSpan && (name === undefined || name === '' || name.startsWith('unknown_service')),
});

/** Lines that are read for personal data. */
const MAX_READ = 20_000;

/** The check for personal data in lines on which nothing was replaced, and that no debug token wrote in full. */
export function personalDataCheck(find: FindPersonalData): LineCheck {
  return {
    name: 'personal-data',
    severity: 'warning',
    text: (count, detail) => `${counted(count, 'line has', 'lines have')} personal data or credentials: ${detail}.`,
    fix: 'Use capture: redacted with the rules on, and log with tracer.logger.',
    page: 'docs/privacy.md#redaction',
    watch(report) {
      const kinds = collectNames();
      let read = 0;
      return {
        record(seen) {
          const { 'spanline.redactions': replaced = 0, 'spanline.capture.override': override } = seen.record;
          if (replaced > 0 || override !== undefined || read++ >= MAX_READ) return;
          const found = find(seen);
          if (found.length === 0) return;
          found.forEach(kinds.add);
          report(seen.place);
        },
        detail: kinds.list,
      };
    },
  };
}

/** The checks. */
export const CONTENT_CHECKS: readonly LineCheck[] = [contentInMetadata, unknownPrices, noUsage, noService];
