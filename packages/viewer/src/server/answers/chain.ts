/** The decision chain of a trace, as the command `spanline replay` reads it. */

import { isDeepStrictEqual } from 'node:util';
import { type Chain, type ChainStep, describeInputs, type Divergence, sourcesOf } from '@spanline/query';
import { isPlainObject } from '@spanline/record';
import type { ChainAnswer, FailedStep, StepContent, StepDifference, StepRow } from '../../contract/index.ts';
import { startsOf } from './long-text.ts';
import { pretty, toDocumentAnswers, toMessageAnswers } from './messages.ts';
import { present } from './present.ts';

/** Characters of a text; its span has all of it. */
const texts = startsOf(600);
const MAX_DOCUMENTS = 5;
/** Differences that are sent: those behind the first are mostly its consequences. */
const MAX_DIFFERENCES = 20;
/** Steps before a failure among which its input is looked for. */
const MAX_SOURCES = 2000;

/** @param at - the message that is shown of several. @defaultValue the last one, which is new */
function contentOf(value: unknown, type: string | undefined, at = -1): StepContent | undefined {
  if (value === undefined) return undefined;
  const isSearch = type === 'retriever' || type === 'reranker';
  if (isSearch && Array.isArray(value) && value.every(isPlainObject)) {
    const documents = toDocumentAnswers(value.slice(0, MAX_DOCUMENTS), texts);
    return { kind: 'documents', documents, more: value.length - documents.length };
  }
  const shown = Array.isArray(value) ? (value as unknown[]).slice(at).slice(0, 1) : value;
  const messages = toMessageAnswers(shown, texts);
  if (messages !== undefined) {
    const more = Array.isArray(value) ? (at < 0 ? value.length - 1 : at) : 0;
    return { kind: 'messages', messages, more };
  }
  return { kind: 'text', text: texts.add(pretty(value)) };
}

/** @param at - the message of its input that is shown */
function rowOf({ number, record, atMs, got, gave, faults, problem }: ChainStep, at?: number): StepRow {
  const type = record['span.type'];
  const redactions = record['spanline.redactions'];
  return {
    number,
    spanId: record.span_id ?? '',
    name: record['span.name'] ?? '',
    type: type ?? 'span',
    inputs: describeInputs(record),
    missing: faults.map(({ reason }) => reason),
    ...present({
      atMs,
      durationMs: record.duration_ms,
      got: contentOf(got, type, at),
      gave: contentOf(gave, type),
      problem,
      redactions: redactions === 0 ? undefined : redactions,
    }),
  };
}

function failedOf(chain: Chain): FailedStep | undefined {
  const { root, steps, failed } = chain;
  if (failed === undefined) return undefined;
  const from = Math.max(0, failed.number - MAX_SOURCES);
  const near = { ...chain, steps: steps.slice(from, failed.number) };
  return {
    step: rowOf(failed),
    ended: root?.record['span.status'] ?? 'ok',
    sources: sourcesOf(near, failed).map(({ from: step, pieces, of }) => ({
      number: step.number,
      spanId: step.record.span_id ?? '',
      name: step.record['span.name'] ?? '',
      pieces,
      of,
    })),
  };
}

/** Place of the first message that differs; `undefined` where the inputs are no messages or have the same ones. */
function firstChanged(before: unknown, after: unknown): number | undefined {
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined;
  const at = before.findIndex((message, index) => !isDeepStrictEqual(message, after[index]));
  return at < 0 || at >= after.length ? undefined : at;
}

function differenceOf({ what, before, after }: Divergence): StepDifference {
  const at = what === 'got' ? firstChanged(before?.got, after?.got) : undefined;
  return {
    what,
    ...present({
      before: before === undefined ? undefined : rowOf(before, at),
      after: after === undefined ? undefined : rowOf(after, at),
    }),
  };
}

/** A window of a chain, and the steps in which a second trace differs, if there is one. */
export interface ChainWindow {
  readonly differences?: readonly Divergence[] | undefined;
  readonly offset?: number;
  readonly limit?: number;
}

/** The answer to `GET /api/v1/trace/<id>/chain`. */
export function toChainAnswer(
  chain: Chain,
  { differences, offset = 0, limit = Number.POSITIVE_INFINITY }: ChainWindow = {},
): ChainAnswer {
  return {
    steps: chain.steps.slice(offset, offset + limit).map((step) => rowOf(step)),
    offset,
    total: chain.steps.length,
    ...present({
      failed: failedOf(chain),
      differences: differences?.slice(0, MAX_DIFFERENCES).map(differenceOf),
      differing: differences?.length,
    }),
  };
}
