/** Conditions in words. */

import type { AttributeKey, SpanRecord } from '@spanline/record';
import { SHORT_NAMES } from '../../filter/index.ts';
import { MADE, type Subject } from './case.ts';
import type { Condition } from './columns.ts';
import { ARGUMENT, factsOf, type FactValue, roleOf, SHAPE } from './facts.ts';
import { stepOf } from './spans.ts';

/** Things that are counted. */
const COUNTED = {
  [MADE.runs]: 'runs',
  'spanline.retrieval.count': 'documents',
  'spanline.rerank.input_count': 'documents to rerank',
  'spanline.embeddings.input_count': 'texts',
  'spanline.search.results': 'results',
  'db.response.returned_rows': 'rows',
  'gen_ai.usage.input_tokens': 'input tokens',
  'gen_ai.usage.output_tokens': 'output tokens',
  'gen_ai.usage.cache_read.input_tokens': 'cached tokens',
  'gen_ai.usage.reasoning.output_tokens': 'reasoning tokens',
  'spanline.content.input_bytes': 'bytes of input',
  'spanline.content.output_bytes': 'bytes of output',
  'http.request.body.size': 'bytes of the request',
} as const satisfies Partial<Record<AttributeKey | typeof MADE.runs, string>>;

const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(SHORT_NAMES).flatMap(([name, [key]]) => (key === undefined ? [] : [[key, name] as const])),
);

/** The name of a key in filters. */
function nameOf(key: string): string {
  if (key === SHAPE || key.startsWith(ARGUMENT)) return key;
  if (key.startsWith('labels.')) return `label.${key.slice('labels.'.length)}`;
  return NAMES.get(key) ?? key;
}

const format = (value: number): string =>
  value.toLocaleString('en-US', { maximumSignificantDigits: Math.abs(value) >= 1000 ? 20 : 6 });

/** The shortest number from one to below another. */
function shortestBetween(low: number, high: number): number {
  for (let digits = 1; digits < 17; digits++) {
    const nearest = Number(low.toPrecision(digits));
    const step = 10 ** (Math.floor(Math.log10(Math.abs(low) || 1)) - digits + 1);
    for (const candidate of [nearest, Number((nearest + step).toPrecision(digits))]) {
      if (candidate >= low && candidate < high) return candidate;
    }
  }
  return low;
}

function limitText({ key }: Subject, limit: number, next: number): string {
  if (key !== MADE.time) return format(shortestBetween(limit, next));
  return new Date(next).toISOString().slice(0, 19);
}

/** A condition in words: `more than 30 documents`, `model is gpt-4o`. */
export function describe(subject: Subject, condition: Condition): string {
  const counted = (COUNTED as Readonly<Record<string, string | undefined>>)[subject.key];
  const name = nameOf(subject.key);
  switch (condition.is) {
    case 'above':
    case 'at_most': {
      const limit = limitText(subject, condition.limit, condition.next);
      const isAbove = condition.is === 'above';
      if (subject.key === MADE.time) return `start ${isAbove ? 'from' : 'before'} ${limit}`;
      if (counted === undefined) return `${name} ${isAbove ? 'above' : 'at most'} ${limit}`;
      if (subject.key === MADE.runs && limit === '0') return isAbove ? 'it runs' : 'it does not run';
      return `${isAbove ? 'more than' : 'at most'} ${limit} ${counted}`;
    }
    case 'equal':
      return `${name} is ${String(condition.value)}`;
    default:
      return `no ${counted ?? name}`;
  }
}

/** A value in words: `46 documents`, `model gpt-4o`. */
function describeValue(key: string, value: FactValue): string {
  const counted = (COUNTED as Readonly<Record<string, string | undefined>>)[key];
  const text = typeof value === 'number' ? format(value) : String(value);
  return counted === undefined ? `${nameOf(key)} ${text}` : `${text} ${counted}`;
}

/** They say what kind of step it is, and how large its content is. */
const KIND: ReadonlySet<string> = new Set<AttributeKey>([
  'span.type',
  'gen_ai.operation.name',
  'spanline.content.input_bytes',
]);

/** The inputs of a step in words, without their content and without facts of the whole request. */
export function describeInputs(record: SpanRecord): string[] {
  return factsOf(record).flatMap(([key, value]) =>
    roleOf(key) === 'input' && !KIND.has(key) ? [describeValue(key, value)] : [],
  );
}

/** The value of a subject in a trace, in words: that of the step that has it. `undefined` for what no line says. */
export function describeSubject({ step, key }: Subject, records: readonly SpanRecord[]): string | undefined {
  for (const record of records) {
    const fact = stepOf(record) === step ? factsOf(record).find(([own]) => own === key) : undefined;
    if (fact !== undefined) return describeValue(...fact);
  }
  return undefined;
}
