/** Everything about one span: its conversation, documents, usage, scores, error, and its line. */

import type { Itemize } from '@spanline/core';
import type { Trace } from '@spanline/query';
import {
  type AttributeKey,
  CONTENT_KEYS,
  list,
  props,
  type ReconstructedContent,
  reconstructMessages,
  type SpanRecord,
  UNIT_KEYS,
  parseContent,
} from '@spanline/record';
import type { MessageAnswer, ScoreAnswer, SpanAnswer } from '../../contract/index.ts';
import { answerText, type Copied } from './copies.ts';
import { createLongTexts, type LongTexts } from './long-text.ts';
import { pretty, toDocumentAnswers, toMessageAnswers, toText } from './messages.ts';
import { present } from './present.ts';
import { priceOf, usageOf } from './usage.ts';
import { type UsedText, usedText } from './used-text.ts';

/** The answer, and the texts of which it holds the start. */
export interface SpanDetails {
  readonly answer: SpanAnswer;
  readonly copied: Copied;
  readonly texts: LongTexts;
}

/** Model calls whose answers are compared with documents. */
const MAX_ANSWERS = 20;
const DOCUMENT_KEYS = ['gen_ai.retrieval.documents'] as const;
/** Keys that the page shows in places of their own. */
const SHOWN: ReadonlySet<string> = new Set<AttributeKey>([
  ...CONTENT_KEYS,
  ...Object.values(UNIT_KEYS),
  'error.type',
  'error.message',
  'error.cause',
  'error.stack',
  'spanline.error.class',
  'spanline.error.retryable',
  'spanline.redactions',
  'spanline.redaction.rules',
  'message',
]);

const parse = (value: unknown): unknown => (typeof value === 'string' ? parseContent(value) : value);

/** Messages of an input that stand on earlier lines: the history of the conversation. */
function historyOf(record: SpanRecord, restored: readonly MessageAnswer[]): number {
  const written = list(parse(record['gen_ai.input.messages']));
  const own = written.filter((entry) => typeof props(entry)['ref'] !== 'string').length;
  return Math.max(0, restored.length - own);
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
        ...present({ label: record['spanline.evaluation.label'] }),
        ...(typeof explanation === 'string' ? { explanation } : {}),
      };
    });
}

const wordOf = (value: string | boolean): string => (typeof value === 'string' ? value : value ? 'yes' : 'no');

function errorOf(record: SpanRecord, texts: LongTexts): Pick<SpanAnswer, 'error'> {
  const type = record['error.type'];
  if (type === undefined) return {};
  const message = record['error.message'];
  const stack = record['error.stack'];
  const facts = [
    ['kind', record['spanline.error.class']],
    ['may succeed later', record['spanline.error.retryable']],
  ] as const;
  return {
    error: {
      type,
      ...(message === undefined ? {} : { message: texts.add(message) }),
      causes: (record['error.cause'] ?? '').split('\n').filter(Boolean),
      facts: facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, wordOf(value)] as const])),
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

function redactionsOf(record: SpanRecord): Pick<SpanAnswer, 'redactions'> {
  const count = record['spanline.redactions'];
  if (count === undefined || count === 0) return {};
  return { redactions: { count, rules: record['spanline.redaction.rules'] ?? [] } };
}

/** Lines of spans, by span. */
export type Content = ReadonlyMap<string, readonly SpanRecord[]>;

/** The lines of the spans of a trace. */
export function contentOf(trace: Trace): Content {
  const bySpan = new Map<string, SpanRecord[]>();
  const others = trace.others.filter(({ kind }) => kind === 'span').map((other) => other.record);
  for (const record of [...trace.spans, ...others]) {
    const records = bySpan.get(record.span_id ?? '');
    if (records === undefined) bySpan.set(record.span_id ?? '', [record]);
    else records.push(record);
  }
  return bySpan;
}

const REFERENCE = /"ref":"(?<span>[^"#]{1,64})#/g;

/** The lines that hold the messages of a span, its own and those that it refers to. No other line is looked at. */
function neededLines(content: Content, spanId: string): SpanRecord[] {
  const needed = new Set([spanId]);
  const lines: SpanRecord[] = [];
  // A set is walked through to what was added on the way.
  for (const id of needed) {
    for (const record of content.get(id) ?? []) {
      lines.push(record);
      for (const key of CONTENT_KEYS) {
        const value = record[key];
        if (typeof value !== 'string') continue;
        for (const { groups } of value.matchAll(REFERENCE))
          if (groups?.['span'] !== undefined) needed.add(groups['span']);
      }
    }
  }
  return lines;
}

/** The messages of a span, references resolved. */
export function restore(content: Content, spanId: string): ReconstructedContent {
  return (
    reconstructMessages(neededLines(content, spanId), spanId) ?? { input: undefined, output: undefined, missing: [] }
  );
}

/** Answers of the model calls that began after a span. */
function usedBy(trace: Trace, content: Content, spanId: string): UsedText {
  const start = trace.spans.find((record) => record.span_id === spanId)?.['event.start'] ?? '';
  const answers = trace.spans
    .filter((record) => record['span.type'] === 'llm' && (record['event.start'] ?? '') >= start)
    .slice(0, MAX_ANSWERS)
    .map((record) => answerText(restore(content, record.span_id ?? '').output));
  return usedText(answers.join('\n\n'));
}

/** How a span is answered. */
export interface SpanOptions {
  /** Gives the cost of a line by unit. @defaultValue costs have no units */
  readonly itemize?: Itemize | undefined;
  /** Characters of a text that are in the answer. @defaultValue 20,000 */
  readonly firstCharacters?: number;
}

/** The answer to `GET /api/v1/trace/<id>/span/<span>`. `undefined` if the trace has no such span. */
export function toSpanDetails(
  trace: Trace,
  content: Content,
  spanId: string,
  { itemize, firstCharacters }: SpanOptions = {},
): SpanDetails | undefined {
  const line = trace.spans.findLast((record) => record.span_id === spanId);
  if (line === undefined) return undefined;
  const apart = trace.others.filter(({ kind, record }) => kind === 'span' && record.span_id === spanId);
  const record: SpanRecord = Object.assign({}, ...apart.map(({ record }) => record as object), line) as SpanRecord;
  const texts = createLongTexts(firstCharacters);
  const bill = itemize?.(record);
  const restored = restore(content, spanId);
  const documents = DOCUMENT_KEYS.map((key) => parse(record[key])).find((value) => value !== undefined);
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
      documents: toDocumentAnswers(
        documents,
        texts,
        documents === undefined ? undefined : usedBy(trace, content, spanId),
      ),
      usage: usageOf(record, bill),
      price: priceOf(record, bill),
      scores: scoresOf(trace, spanId),
      ...errorOf(record, texts),
      ...redactionsOf(record),
      attributes,
      missing: restored.missing.map(({ ref, reason }) => `${ref} (${reason})`),
      raw: texts.add(JSON.stringify(record)),
    },
    copied: { record, input: restored.input, output: restored.output, documents },
    texts,
  };
}
