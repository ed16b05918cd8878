import type { SpanRecord } from '../schema/index.ts';
import { parseExactJson } from '../values/exact-json.ts';
import { lazy } from '../values/lazy.ts';
import { isProps } from '../values/props.ts';
import { familiesOf } from './families.ts';
import { readFields } from './fields.ts';
import { flatten } from './flatten.ts';
import { readMessage } from './line-message.ts';
import { setTime } from './line-time.ts';

/** A line, read back. */
export interface ParsedLine {
  /** `log` is a line that the application wrote. */
  kind: 'span' | 'score' | 'alert' | 'stats' | 'log';
  /** The canonical record. For an application line: its time, level, message and ids. */
  record: SpanRecord;
  /** Every other field of the line: the logger's bindings, the application's fields. */
  rest: Record<string, unknown>;
}

/** Options of {@link parseLine}. */
export interface ParseOptions {
  /** Key under which the logger writes messages. @defaultValue `message`, else `msg` */
  messageKey?: string;
  /**
   * Key under which the logger writes times, dotted if it is nested.
   *
   * @defaultValue the first of `@timestamp`, `time`, `timestamp` and the keys of other loggers that has a time
   */
  timeKey?: string;
}

const KIND_OF_EVENT: ReadonlyMap<unknown, ParsedLine['kind']> = new Map([
  ['span.end', 'span'],
  ['span.start', 'span'],
  ['span.content', 'span'],
  ['gen_ai.evaluation.result', 'score'],
  ['alert', 'alert'],
  ['spanline.stats', 'stats'],
]);

/** The kind of a line of ours, from its `event.name`. */
export function kindOfEvent(event: unknown): ParsedLine['kind'] {
  return KIND_OF_EVENT.get(event) ?? 'log';
}

function parseJson(line: string): unknown {
  try {
    return parseExactJson(line);
  } catch {
    return undefined;
  }
}

/**
 * Reads a line of any profile, written by any logger, back into the canonical record.
 *
 * - Lines are hostile input: the function never throws, and a value that cannot be used stays in `rest`.
 * - A number that JavaScript cannot hold becomes a string of its digits.
 * - A level or time in the form of another logger is converted. If the level does not say exactly the same, its field
 *   stays in `rest` as well.
 *
 * @param line - text, or the parsed JSON
 * @returns `undefined` if the line is not a JSON object
 */
export function parseLine(line: string | object, options: ParseOptions = {}): ParsedLine | undefined {
  const source = typeof line === 'string' ? parseJson(line) : line;
  if (!isProps(source)) return undefined;
  try {
    const flat = flatten(source);
    const { record, rest } = readFields(flat);
    const families = lazy(() => familiesOf(flat.fields));
    readMessage(record, rest, options.messageKey, families);
    const isOurs = record['spanline.schema'] !== undefined;
    if (!isOurs || record['@timestamp'] === undefined) setTime(record, rest, options.timeKey, families);
    const kind = isOurs ? kindOfEvent(record['event.name']) : 'log';
    return { kind, record: record as SpanRecord, rest };
  } catch {
    return undefined;
  }
}
