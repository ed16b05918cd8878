/** Everything about one span: its conversation, documents, usage, scores, error, and its line. */

import type { Trace } from '@spanline/query';
import {
  type AttributeKey,
  CONTENT_KEYS,
  list,
  props,
  reconstructMessages,
  type SpanRecord,
  UNIT_KEYS,
  unitOfKey,
} from '@spanline/record';
import type { MessageAnswer, ScoreAnswer, SpanAnswer, UsageAnswer } from '../../contract.ts';
import { createLongTexts, type LongTexts } from './long-text.ts';
import { pretty, toDocumentAnswers, toMessageAnswers, toText } from './messages.ts';

/** The answer, and the texts of which it holds the start. */
export interface SpanDetails {
  readonly answer: SpanAnswer;
  readonly texts: LongTexts;
}

const DOCUMENT_KEYS = ['gen_ai.retrieval.documents'] as const;
/** Keys that the page shows in places of their own. */
const SHOWN: ReadonlySet<string> = new Set<AttributeKey>([
  ...CONTENT_KEYS,
  ...Object.values(UNIT_KEYS),
  'error.type',
  'error.message',
  'error.stack',
  'message',
]);

function parse(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return value;
  }
}

/** Messages of an input that stand on earlier lines: the history of the conversation. */
function historyOf(record: SpanRecord, restored: readonly MessageAnswer[]): number {
  const written = list(parse(record['gen_ai.input.messages']));
  const own = written.filter((entry) => typeof props(entry)['ref'] !== 'string').length;
  return Math.max(0, restored.length - own);
}

function usageOf(record: SpanRecord): UsageAnswer[] {
  return Object.entries(record).flatMap(([key, value]) => {
    const unit = unitOfKey(key);
    return unit === undefined || typeof value !== 'number' ? [] : [{ unit: unit.replaceAll('_', ' '), count: value }];
  });
}

function scoresOf(trace: Trace, spanId: string): ScoreAnswer[] {
  return trace.others
    .filter(({ record }) => record.span_id === spanId && record['gen_ai.evaluation.name'] !== undefined)
    .map(({ record }) => {
      const value = record['gen_ai.evaluation.score.value'];
      const explanation = record['gen_ai.evaluation.explanation'];
      return {
        name: record['gen_ai.evaluation.name'] ?? '',
        ...(typeof value === 'number' ? { value } : {}),
        ...(typeof explanation === 'string' ? { explanation } : {}),
      };
    });
}

function errorOf(record: SpanRecord, texts: LongTexts): Pick<SpanAnswer, 'error'> {
  const type = record['error.type'];
  if (type === undefined) return {};
  const message = record['error.message'];
  const stack = record['error.stack'];
  return {
    error: {
      type,
      ...(message === undefined ? {} : { message }),
      ...(stack === undefined ? {} : { stack: texts.add(stack) }),
    },
  };
}

/** Content that is neither a conversation nor documents. */
function valuesOf(
  record: SpanRecord,
  restored: Readonly<Record<'input' | 'output', unknown>>,
  texts: LongTexts,
): SpanAnswer['values'] {
  const sides = (['input', 'output'] as const)
    .filter((side) => restored[side] !== undefined && toMessageAnswers(restored[side], texts) === undefined)
    .map((side) => ({ name: side, text: texts.add(pretty(restored[side])) }));
  const known: ReadonlySet<string> = new Set<AttributeKey>([
    'gen_ai.input.messages',
    'gen_ai.output.messages',
    'spanline.input',
    'spanline.output',
    'gen_ai.tool.call.arguments',
    'gen_ai.tool.call.result',
    ...DOCUMENT_KEYS,
  ]);
  const others = CONTENT_KEYS.filter(
    (key) => !known.has(key) && record[key] !== undefined && !key.startsWith('error.'),
  );
  return [...sides, ...others.map((name) => ({ name, text: texts.add(pretty(record[name])) }))];
}

/** The answer to `GET /api/v1/trace/<id>/span/<span>`. `undefined` if the trace has no such span. */
export function toSpanDetails(trace: Trace, spanId: string): SpanDetails | undefined {
  const line = trace.spans.findLast((record) => record.span_id === spanId);
  if (line === undefined) return undefined;
  const apart = trace.others.filter(({ kind, record }) => kind === 'span' && record.span_id === spanId);
  const record: SpanRecord = Object.assign({}, ...apart.map(({ record }) => record as object), line) as SpanRecord;
  const texts = createLongTexts();
  const lines = [...trace.spans, ...trace.others.filter(({ kind }) => kind === 'span').map((other) => other.record)];
  const restored = reconstructMessages(lines, spanId) ?? { input: undefined, output: undefined, missing: [] };
  const input = toMessageAnswers(restored.input, texts) ?? [];
  const attributes = Object.entries(record)
    .filter(([key, value]) => value !== undefined && !SHOWN.has(key))
    .map(([key, value]): [string, string] => [key, toText(value).slice(0, 2000)]);
  return {
    answer: {
      spanId,
      input,
      output: toMessageAnswers(restored.output, texts) ?? [],
      history: historyOf(record, input),
      values: valuesOf(record, restored, texts),
      documents: DOCUMENT_KEYS.flatMap((key) => toDocumentAnswers(parse(record[key]), texts)),
      usage: usageOf(record),
      scores: scoresOf(trace, spanId),
      ...errorOf(record, texts),
      attributes,
      missing: restored.missing.map(({ ref, reason }) => `${ref} (${reason})`),
      raw: texts.add(JSON.stringify(record)),
    },
    texts,
  };
}
