import { hash } from 'node:crypto';
import type { Plain } from './plain.ts';

/**
 * Which messages become references: none; those of containers (chains, agents, graph nodes), so that model calls stay self-contained; all that an earlier line holds.
 */
export type DeltaMode = 'none' | 'containers' | 'all';

/** Every {@link DeltaMode}. */
export const DELTA_MODES: readonly DeltaMode[] = ['none', 'containers', 'all'];

/** `i3` is message 3 of a span's input, `o0` message 0 of its output, counted as they stand in the field. */
export type Side = 'i' | 'o';

type PlainObject = { [key: string]: Plain };

/** The messages that lines of one local root hold so far. */
export interface MessageIndex {
  /** Address of the first line that holds a message, by the message's digest. */
  readonly addresses: Map<string, string>;
  /** Written, and not looked up yet: most traces have no container that repeats them. */
  readonly waiting: { spanId: string; side: Side; messages: readonly PlainObject[] }[];
  count: number;
}

/** Beyond this nothing more is remembered; later repetitions are written whole. */
const MAX_MESSAGES = 5000;
/** A shorter message costs no more than its reference. */
const MIN_BYTES = 64;
const REFERENCE = /^[0-9a-f]{16}#[io]\d{1,6}$/;

/** No messages yet. */
export function createMessageIndex(): MessageIndex {
  return { addresses: new Map(), waiting: [], count: 0 };
}

/** True for a message in OpenTelemetry's shape. */
export function isMessage(value: Plain): value is PlainObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    typeof value['role'] === 'string' &&
    Array.isArray(value['parts'])
  );
}

/** The address in `{"ref":"<span_id>#i3"}`; `undefined` for anything else. */
export function referenceOf(value: Plain): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { ref } = value;
  return typeof ref === 'string' && REFERENCE.test(ref) && Object.keys(value).length === 1 ? ref : undefined;
}

/** Replaces every message and every reference in a value, in the order in which they stand there. */
export function mapMessages(value: Plain, replace: (message: PlainObject, position: number) => Plain): Plain {
  let position = 0;
  const visit = (node: Plain): Plain => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return node.map(visit);
    if (isMessage(node) || referenceOf(node) !== undefined) return replace(node, position++);
    return Object.fromEntries(Object.entries(node as PlainObject).map(([key, entry]) => [key, visit(entry)]));
  };
  return visit(value);
}

/** Why a model stopped belongs to the answer, not to the message: the same message stands without it in what follows. */
export function bareMessage({ finish_reason: _reason, ...message }: PlainObject): PlainObject {
  return message;
}

function digestOf(message: PlainObject): string | undefined {
  const json = JSON.stringify(bareMessage(message));
  return json.length < MIN_BYTES ? undefined : hash('sha1', json);
}

function indexWaiting(index: MessageIndex): void {
  for (const { spanId, side, messages } of index.waiting.splice(0)) {
    for (const [position, message] of messages.entries()) {
      const digest = isMessage(message) ? digestOf(message) : undefined;
      if (digest !== undefined && !index.addresses.has(digest))
        index.addresses.set(digest, `${spanId}#${side}${position}`);
    }
  }
}

/** Remembers the messages of a field that is written whole. */
export function rememberMessages(value: Plain, spanId: string, side: Side, index: MessageIndex): void {
  const messages: PlainObject[] = [];
  mapMessages(value, (message) => {
    messages.push(message);
    return message;
  });
  if (messages.length === 0 || index.count + messages.length > MAX_MESSAGES) return;
  index.count += messages.length;
  index.waiting.push({ spanId, side, messages });
}

/** A field in which messages that an earlier line holds are references; what is new is remembered. */
export function referToMessages(value: Plain, spanId: string, side: Side, index: MessageIndex): Plain {
  indexWaiting(index);
  return mapMessages(value, (message, position) => {
    const digest = isMessage(message) ? digestOf(message) : undefined;
    if (digest === undefined) return message;
    const address = index.addresses.get(digest);
    if (address !== undefined) return { ref: address };
    if (index.count < MAX_MESSAGES) {
      index.count++;
      index.addresses.set(digest, `${spanId}#${side}${position}`);
    }
    return message;
  });
}
