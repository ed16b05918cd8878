/** The facts of one span: every key of its record that is no content. */

import { ATTRIBUTE_KEYS, type AttributeKey, CONTENT_KEYS, type RecordValue, type SpanRecord } from '@spanline/record';
import type { Block } from '../../report/index.ts';

/** Keys that say nothing about the step, or that the tree above shows in full. */
const HIDDEN: ReadonlySet<string> = new Set<AttributeKey>([
  'event.name',
  'event.outcome',
  'event.duration',
  'event.id',
  'level',
  'message',
  'spanline.schema',
  'trace_flags',
  'otel.scope.name',
  'otel.scope.version',
  'process.pid',
  ...CONTENT_KEYS,
]);

const valueText = (value: RecordValue): string => (typeof value === 'object' ? value.join(', ') : String(value));

/** Facts in the order of the attribute table; labels come last. */
export function spanFacts(record: SpanRecord): Block {
  const values = new Map(Object.entries(record as Readonly<Record<string, RecordValue | undefined>>));
  const known = ATTRIBUTE_KEYS.filter((key) => values.has(key));
  const others = [...values.keys()].filter((key) => !known.includes(key as never)).toSorted();
  const facts = [...known, ...others].flatMap((key) => {
    const value = values.get(key);
    return value === undefined || HIDDEN.has(key) ? [] : [[key, valueText(value)] as const];
  });
  return { kind: 'facts', facts };
}
