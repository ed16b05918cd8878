import type { ContentKey, SpanRecord } from '../schema/index.ts';
import { parseLevels } from '../values/content.ts';
import type { Plain } from '../values/plain.ts';
import { kindOfEvent, parseLine } from './parse-line.ts';
import { bareMessage, mapRuns, referenceOf, type Side } from './references.ts';

/** A reference that could not be resolved. */
export interface MissingMessage {
  /** `<span_id>#i3`, or `<span_id>#i0-7` for several messages. */
  ref: string;
  /** `no line`: the line was not given. `truncated`: its field was cut to fit a limit. */
  reason: 'no line' | 'truncated';
}

/** The content of one span, with every reference replaced by the message it stands for. */
export interface ReconstructedContent {
  input: unknown;
  output: unknown;
  /** References that could not be resolved. */
  missing: MissingMessage[];
}

/** Keys of a span's input and output, in the order in which they are looked for. */
const KEYS: Readonly<Record<Side, readonly ContentKey[]>> = {
  i: ['gen_ai.input.messages', 'spanline.input', 'gen_ai.tool.call.arguments'],
  o: ['gen_ai.output.messages', 'spanline.output', 'gen_ai.tool.call.result'],
};

interface Field {
  readonly value: Plain;
  readonly truncated: boolean;
}

function fieldOf(record: SpanRecord, side: Side): Field | undefined {
  const key = KEYS[side].find((candidate) => record[candidate] !== undefined);
  if (key === undefined) return undefined;
  try {
    return {
      value: parseLevels(record[key] as string) as Plain,
      truncated: record['spanline.truncated']?.includes(key) === true,
    };
  } catch {
    return undefined;
  }
}

/**
 * The messages of one side of a span, and the references to others, in the order in which references count them.
 *
 * @param records - the lines of the span
 */
export function writtenMessages(records: Iterable<SpanRecord>, side: Side): readonly Plain[] {
  for (const record of records) {
    const field = fieldOf(record, side);
    if (field === undefined) continue;
    const found: Plain[] = [];
    mapRuns(field.value, (run) => {
      for (const node of run) found.push(node);
      return run;
    });
    return found;
  }
  return [];
}

/** Records with content, by span: its own line, and the `span.content` line if content is kept apart. */
function contentRecords(lines: Iterable<string | object>): Map<string, SpanRecord[]> {
  const bySpan = new Map<string, SpanRecord[]>();
  for (const line of lines) {
    const parsed = parseLine(line);
    const id = parsed?.kind === 'span' ? parsed.record.span_id : undefined;
    if (parsed === undefined || id === undefined) continue;
    const records = bySpan.get(id);
    if (records === undefined) bySpan.set(id, [parsed.record]);
    else records.push(parsed.record);
  }
  return bySpan;
}

/**
 * Like {@link reconstructMessages}, for several spans of a trace: its lines are read once.
 *
 * @param lines - in any order and any profile
 */
export function createReconstruction(
  lines: Iterable<string | object>,
): (spanId: string) => ReconstructedContent | undefined {
  const bySpan = contentRecords(lines);
  return (spanId) => reconstruct(bySpan, spanId);
}

/** Like {@link createReconstruction}, of records that were read already: they are not parsed again. */
export function createRecordReconstruction(
  records: Iterable<SpanRecord>,
): (spanId: string) => ReconstructedContent | undefined {
  const bySpan = new Map<string, SpanRecord[]>();
  for (const record of records) {
    const id = record.span_id;
    if (id === undefined || kindOfEvent(record['event.name']) !== 'span') continue;
    const known = bySpan.get(id);
    if (known === undefined) bySpan.set(id, [record]);
    else known.push(record);
  }
  return (spanId) => reconstruct(bySpan, spanId);
}

/**
 * Restores the input and output of a span from the lines of its trace. References are resolved to the messages on other
 * lines.
 *
 * @param lines - in any order and any profile
 * @returns `undefined` if no line of the span is among them
 */
export function reconstructMessages(
  lines: Iterable<string | object>,
  spanId: string,
): ReconstructedContent | undefined {
  return createReconstruction(lines)(spanId);
}

function reconstruct(
  bySpan: ReadonlyMap<string, readonly SpanRecord[]>,
  spanId: string,
): ReconstructedContent | undefined {
  const missing: MissingMessage[] = [];
  const find = (id: string, side: Side): Field | undefined => {
    for (const record of bySpan.get(id) ?? []) {
      const field = fieldOf(record, side);
      if (field !== undefined) return field;
    }
    return undefined;
  };

  const expanded = new Map<string, readonly Plain[]>();

  /** All messages of a field in order, references resolved. */
  function expand(id: string, side: Side): readonly Plain[] | MissingMessage['reason'] {
    const known = expanded.get(id + side);
    if (known !== undefined) return known;
    const field = find(id, side);
    if (field === undefined) return 'no line';
    if (field.truncated) return 'truncated';
    const messages: Plain[] = [];
    // Lines are hostile: a reference that leads back to its own field resolves to nothing.
    expanded.set(id + side, messages);
    mapRuns(field.value, (run) => {
      for (const node of run) messages.push(...(referenceOf(node) === undefined ? [bareMessage(node)] : follow(node)));
      return run;
    });
    return messages;
  }

  function follow(node: Plain): readonly Plain[] {
    const reference = referenceOf(node);
    if (reference === undefined) return [node];
    const { spanId: id, side, from, to } = reference;
    const messages = expand(id, side);
    if (typeof messages !== 'string' && messages.length > to) return messages.slice(from, to + 1);
    missing.push({ ref: (node as { ref: string }).ref, reason: typeof messages === 'string' ? messages : 'no line' });
    return [node];
  }

  const whole = (side: Side): unknown => {
    const field = find(spanId, side);
    return field === undefined ? undefined : mapRuns(field.value, (run) => run.flatMap(follow));
  };
  if (!bySpan.has(spanId)) return undefined;
  return { input: whole('i'), output: whole('o'), missing };
}
