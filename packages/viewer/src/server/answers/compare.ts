/** Two sides of a log compared, and two traces step by step: the answers of `spanline diff`. */

import {
  allOf,
  compareSides,
  createSide,
  type Filter,
  parseFilter,
  type Query,
  readAlignment,
  type ReadOptions,
  type Side,
  type Trace,
} from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import type { CompareAnswer, DiffAnswer, DiffSide, DiffTrace } from '../../contract/index.ts';
import { inPieces } from '../in-pieces.ts';
import { present } from './present.ts';
import { boundOf, toTraceAnswer } from './trace.ts';

/** Characters of an input that are sent. */
const MAX_TEXT = 20_000;
/** Steps that are sent. */
const MAX_STEPS = 2000;

async function sideOf(query: Query, filter: Filter, options: ReadOptions): Promise<Side> {
  const side = createSide();
  for await (const { kind, record } of query.records(filter, options)) side.add(kind, record);
  return side.end();
}

/** The answer to `GET /api/v1/compare`. @throws FilterError */
export async function readComparison(
  query: Query,
  filter: Filter,
  [before, after]: readonly [string, string],
  options: ReadOptions,
): Promise<CompareAnswer> {
  const filters = [allOf(filter, parseFilter(before)), allOf(filter, parseFilter(after))] as const;
  const sides = [await sideOf(query, filters[0], options), await sideOf(query, filters[1], options)] as const;
  const { steps, ...rest } = compareSides(...sides);
  return {
    ...rest,
    steps: steps.slice(0, MAX_STEPS).map(({ step, ...one }) => ({ ...one, ...present({ step }) })),
    more: Math.max(0, steps.length - MAX_STEPS),
  };
}

function sideAnswer(record: SpanRecord | undefined): DiffSide | undefined {
  if (record === undefined) return undefined;
  const facts = {
    status: record['span.status'],
    durationMs: record.duration_ms,
    inputTokens: record['gen_ai.usage.input_tokens'],
    outputTokens: record['gen_ai.usage.output_tokens'],
    costUsd: record['spanline.cost.usd'],
    costBound: boundOf(record),
    error: record['error.type'],
  };
  return { spanId: record.span_id ?? '', ...present(facts) };
}

function traceSide(trace: Trace): DiffTrace {
  const { id, spans, startMs, durationMs, inputTokens, outputTokens, costUsd, unknownCosts, errors } =
    toTraceAnswer(trace);
  const tokens = inputTokens + outputTokens;
  const name = spans[0]?.name ?? '(no span)';
  return { id, name, startMs, durationMs, tokens, costUsd, ...present({ unknownCosts }), errors };
}

/** The answer to `GET /api/v1/diff/<id>/<id>`. */
export async function toDiffAnswer(before: Trace, after: Trace): Promise<DiffAnswer> {
  const steps = await inPieces(readAlignment(before, after));
  return {
    before: traceSide(before),
    after: traceSide(after),
    steps: steps.slice(0, MAX_STEPS).map((step) => ({
      step: step.step,
      depth: step.depth,
      ...present({ before: sideAnswer(step.before), after: sideAnswer(step.after) }),
      changes: step.changes.map(({ key, before: one, after: other }) => ({
        key,
        ...present({ before: one?.slice(0, MAX_TEXT), after: other?.slice(0, MAX_TEXT) }),
      })),
    })),
    more: Math.max(0, steps.length - MAX_STEPS),
  };
}
