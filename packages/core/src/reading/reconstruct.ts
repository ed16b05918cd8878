import { bareMessage, isMessage, mapMessages, type Plain, referenceOf, type Side } from '../capture/index.ts';
import { parseLine } from '../profiles/index.ts';
import type { ContentKey, SpanRecord } from '../schema/index.ts';

/** A reference that could not be followed. */
export interface MissingMessage {
  /** `<span_id>#i3` */
  ref: string;
  /** The line is not among those given, or its field was cut to fit its limit. */
  reason: 'no line' | 'truncated';
}

/** The content of one span, with every reference replaced by the message it stands for. */
export interface ReconstructedContent {
  input: unknown;
  output: unknown;
  /** What stays a reference; empty when everything could be followed. */
  missing: MissingMessage[];
}

/** Where a span's input and output stand. */
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
      value: JSON.parse(record[key] as string) as Plain,
      truncated: record['spanline.truncated']?.includes(key) === true,
    };
  } catch {
    return undefined;
  }
}

/** Records that hold content of a span: its own line, and a `span.content` line where content is kept apart. */
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
 * Gives back the whole input and output of a span from the lines of its trace, in any order and any profile: a container's references are followed to the lines that hold the messages.
 *
 * @returns `undefined` when no line of the span is among them
 */
export function reconstructMessages(
  lines: Iterable<string | object>,
  spanId: string,
): ReconstructedContent | undefined {
  const bySpan = contentRecords(lines);
  const missing: MissingMessage[] = [];
  const find = (id: string, side: Side): Field | undefined => {
    for (const record of bySpan.get(id) ?? []) {
      const field = fieldOf(record, side);
      if (field !== undefined) return field;
    }
    return undefined;
  };

  function follow(ref: string, reference: Plain): Plain {
    const [id = '', place = ''] = ref.split('#');
    const field = find(id, place[0] as Side);
    let found: Plain | undefined;
    if (field !== undefined && !field.truncated) {
      mapMessages(field.value, (message, position) => {
        if (position === Number(place.slice(1)) && isMessage(message)) found = bareMessage(message);
        return message;
      });
    }
    if (found === undefined) missing.push({ ref, reason: field?.truncated === true ? 'truncated' : 'no line' });
    return found ?? reference;
  }

  const whole = (side: Side): unknown => {
    const field = find(spanId, side);
    if (field === undefined) return undefined;
    return mapMessages(field.value, (message) => {
      const ref = referenceOf(message);
      return ref === undefined ? message : follow(ref, message);
    });
  };
  if (!bySpan.has(spanId)) return undefined;
  return { input: whole('i'), output: whole('o'), missing };
}
