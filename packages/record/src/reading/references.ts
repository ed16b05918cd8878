import type { Plain } from '../values/plain.ts';

/**
 * `i` is a span's input, `o` its output. Messages count by their position in the field, a reference as the messages it
 * names.
 */
export type Side = 'i' | 'o';

type PlainObject = { [key: string]: Plain };

/** The messages that `{"ref":"<span_id>#i3"}` or, for messages 0 to 7, `{"ref":"<span_id>#i0-7"}` names. */
export interface Reference {
  readonly spanId: string;
  readonly side: Side;
  readonly from: number;
  readonly to: number;
}

const REFERENCE = /^([0-9a-f]{16})#([io])(\d{1,6})(?:-(\d{1,6}))?$/;

/** Parses the text of a reference. */
export function parseReference(text: string): Reference | undefined {
  const match = REFERENCE.exec(text);
  if (match === null) return undefined;
  const [, spanId = '', side = 'i', from = '0', to = from] = match;
  return { spanId, side: side as Side, from: Number(from), to: Number(to) };
}

/** Number of messages that a reference names. */
export function countOf({ from, to }: Reference): number {
  return to - from + 1;
}

/** The value as a reference, if it is one. */
export function referenceOf(value: Plain): Reference | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { ref } = value;
  return typeof ref === 'string' && Object.keys(value).length === 1 ? parseReference(ref) : undefined;
}

/** True for a message in OpenTelemetry's shape. */
function isMessage(value: Plain): value is PlainObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return typeof value['role'] === 'string' && Array.isArray(value['parts']);
}

/**
 * Replaces every run of adjacent messages and references in a value from a line.
 *
 * @param replace - receives a run
 */
export function mapRuns(value: Plain, replace: (run: readonly PlainObject[]) => readonly Plain[]): Plain {
  const isPart = (node: Plain): node is PlainObject => isMessage(node) || referenceOf(node) !== undefined;
  function visitList(list: readonly Plain[]): Plain[] {
    const result: Plain[] = [];
    let run: PlainObject[] = [];
    const flush = (): void => {
      if (run.length > 0) result.push(...replace(run));
      run = [];
    };
    for (const node of list) {
      if (isPart(node)) run.push(node);
      else {
        flush();
        result.push(visit(node));
      }
    }
    flush();
    return result;
  }
  function visit(node: Plain): Plain {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return visitList(node);
    if (isPart(node)) return replace([node])[0] ?? node;
    return Object.fromEntries(Object.entries(node as PlainObject).map(([key, entry]) => [key, visit(entry)]));
  }
  return visit(value);
}

/** The message without `finish_reason`, as it appears in later inputs. The reason belongs to the answer. */
export function bareMessage(message: PlainObject): PlainObject {
  if (!('finish_reason' in message)) return message;
  const { finish_reason: _reason, ...bare } = message;
  return bare;
}
