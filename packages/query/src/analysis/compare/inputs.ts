/** The inputs of a span, with messages as they were sent, and those that differ between two spans. */

import {
  ATTRIBUTE_KEYS,
  type AttributeKey,
  attributeRow,
  createRecordReconstruction,
  type SpanRecord,
} from '@spanline/record';
import type { Trace } from '../../answers/index.ts';
import { roleOf } from '../explain/index.ts';

/** An input that differs. */
export interface ChangedInput {
  readonly key: AttributeKey | `labels.${string}`;
  /** As text; `undefined` if the span has none. Content is in full. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The inputs of one span. */
interface Inputs {
  readonly record: SpanRecord;
  /** The value of a key as text; `undefined` if the span has none. */
  read(key: string): string | undefined;
}

const INPUTS: readonly AttributeKey[] = ATTRIBUTE_KEYS.filter((key) => {
  const side = attributeRow(key)?.side;
  return side === 'input' || (side === undefined && roleOf(key) === 'input');
});
/** Facts of the request, which all of its spans have. */
const CONTEXTS: readonly AttributeKey[] = ATTRIBUTE_KEYS.filter((key) => roleOf(key) === 'context');
/** They differ between any two processes, and say nothing about the input. */
const ELSEWHERE: ReadonlySet<string> = new Set<AttributeKey>([
  'process.pid',
  'host.name',
  'client.address',
  'server.port',
]);
/** Keys whose messages may be references to other lines. The first that a span has holds its input. */
const MESSAGES: readonly AttributeKey[] = ['gen_ai.input.messages', 'spanline.input', 'gen_ai.tool.call.arguments'];

function textOf(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

/** Reads the inputs of the spans of a trace. Content may stand on lines of its own. */
export function createInputReader(trace: Trace): (record: SpanRecord) => Inputs {
  const apart = new Map<string, SpanRecord>();
  for (const { kind, record } of trace.others) if (kind === 'span') apart.set(record.span_id ?? '', record);
  const restore = createRecordReconstruction([...trace.spans, ...trace.others.map(({ record }) => record)]);
  return (record) => {
    const id = record.span_id ?? '';
    const whole: Readonly<Record<string, unknown>> = { ...apart.get(id), ...record };
    const messages = MESSAGES.find((key) => whole[key] !== undefined);
    return {
      record,
      read: (key) => (key === messages ? textOf(restore(id)?.input) : undefined) ?? textOf(whole[key]),
    };
  };
}

const isLabel = (key: string): key is `labels.${string}` => key.startsWith('labels.');

/** The inputs that differ between two spans. @param isRoot - the span stands for its request */
export function changedInputs(before: Inputs, after: Inputs, isRoot: boolean): ChangedInput[] {
  const labels = new Set([...Object.keys(before.record), ...Object.keys(after.record)].filter(isLabel));
  const keys = isRoot ? [...INPUTS, ...CONTEXTS, ...[...labels].toSorted()] : INPUTS;
  return keys.flatMap((key) => {
    const [one, other] = [before.read(key), after.read(key)];
    return one === other || ELSEWHERE.has(key) ? [] : [{ key, before: one, after: other }];
  });
}
