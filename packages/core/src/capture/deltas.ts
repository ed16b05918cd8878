import { hash } from 'node:crypto';
import type { Plain } from './plain.ts';

/**
 * Which messages become references: none; those of containers (chains, agents, graph nodes), so that model calls stay self-contained; all that an earlier line holds.
 */
export type DeltaMode = 'none' | 'containers' | 'all';

/** Every {@link DeltaMode}. */
export const DELTA_MODES: readonly DeltaMode[] = ['none', 'containers', 'all'];

/** `i` is a span's input, `o` its output. Messages are counted as they stand in the field, references by what they stand for. */
export type Side = 'i' | 'o';

type PlainObject = { [key: string]: Plain };

/** What `{"ref":"<span_id>#i3"}` or, for messages 0 to 7, `{"ref":"<span_id>#i0-7"}` names. */
export interface Reference {
  readonly spanId: string;
  readonly side: Side;
  readonly from: number;
  readonly to: number;
}

interface Address {
  readonly spanId: string;
  readonly side: Side;
  readonly position: number;
}

/** The messages that lines of one local root hold so far. */
export interface MessageIndex {
  /** Where a message stands first, by its digest. */
  readonly messages: Map<string, Address>;
  /** Where a list begins with certain messages, by the digest of all of them: a conversation that grows is one reference and what is new. */
  readonly beginnings: Map<string, Address>;
  /** Written, and not looked up yet: most traces have no container that repeats them. */
  readonly waiting: { spanId: string; side: Side; value: Plain }[];
}

/** Beyond this nothing more is remembered; later repetitions are written whole. */
const MAX_MESSAGES = 5000;
const MAX_WAITING = 500;
/** A shorter message costs no more than its reference. */
const MIN_BYTES = 64;
const REFERENCE = /^([0-9a-f]{16})#([io])(\d{1,6})(?:-(\d{1,6}))?$/;

/** No messages yet. */
export function createMessageIndex(): MessageIndex {
  return { messages: new Map(), beginnings: new Map(), waiting: [] };
}

/** True for a message in OpenTelemetry's shape. */
function isMessage(value: Plain): value is PlainObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return typeof value['role'] === 'string' && Array.isArray(value['parts']);
}

/** The reference that a value is, if it is one. */
export function referenceOf(value: Plain): Reference | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { ref } = value;
  const match = typeof ref === 'string' && Object.keys(value).length === 1 ? REFERENCE.exec(ref) : null;
  if (match === null) return undefined;
  const [, spanId = '', side = 'i', from = '0', to = from] = match;
  return { spanId, side: side as Side, from: Number(from), to: Number(to) };
}

function countOf(node: Plain): number {
  const reference = referenceOf(node);
  return reference === undefined ? 1 : reference.to - reference.from + 1;
}

/**
 * Replaces every run of neighbouring messages and references in a value.
 *
 * @param replace - gets a run and the position of its first message in the field
 */
export function mapRuns(
  value: Plain,
  replace: (run: readonly PlainObject[], position: number) => readonly Plain[],
): Plain {
  let position = 0;
  const isPart = (node: Plain): node is PlainObject => isMessage(node) || referenceOf(node) !== undefined;
  const take = (run: readonly PlainObject[]): readonly Plain[] => {
    const replaced = replace(run, position);
    for (const node of run) position += countOf(node);
    return replaced;
  };
  const visitList = (list: readonly Plain[]): Plain[] => {
    const result: Plain[] = [];
    let run: PlainObject[] = [];
    const flush = (): void => {
      if (run.length > 0) result.push(...take(run));
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
  };
  const visit = (node: Plain): Plain => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return visitList(node);
    if (isPart(node)) return take([node])[0] ?? node;
    return Object.fromEntries(Object.entries(node as PlainObject).map(([key, entry]) => [key, visit(entry)]));
  };
  return visit(value);
}

/** Why a model stopped belongs to the answer, not to the message: the same message stands without it in what follows. */
export function bareMessage(message: PlainObject): PlainObject {
  if (!('finish_reason' in message)) return message;
  const { finish_reason: _reason, ...bare } = message;
  return bare;
}

/** A text up to this length is its own digest, which spares the hash. */
const MAX_LITERAL = 512;

const digestOf = (text: string): string => (text.length <= MAX_LITERAL ? text : hash('sha1', text));

/** One message of a run: its digest, that of the run up to it, and whether it is worth a reference by itself. */
interface Digested {
  readonly digest: string;
  readonly beginning: string;
  readonly isLong: boolean;
}

function digestsOf(run: readonly PlainObject[]): Digested[] {
  let beginning = '';
  return run.map((message) => {
    const json = JSON.stringify(bareMessage(message));
    const digest = digestOf(json);
    beginning = digestOf(beginning + digest);
    return { digest, beginning, isLong: json.length >= MIN_BYTES };
  });
}

function register(
  digests: readonly Digested[],
  spanId: string,
  side: Side,
  position: number,
  index: MessageIndex,
): void {
  for (const [offset, { digest, beginning }] of digests.entries()) {
    if (index.messages.size >= MAX_MESSAGES || index.beginnings.size >= MAX_MESSAGES) return;
    if (!index.messages.has(digest)) index.messages.set(digest, { spanId, side, position: position + offset });
    if (!index.beginnings.has(beginning)) index.beginnings.set(beginning, { spanId, side, position });
  }
}

const onlyMessages = (run: readonly PlainObject[]): boolean => run.every(isMessage);

function indexWaiting(index: MessageIndex): void {
  for (const { spanId, side, value } of index.waiting.splice(0)) {
    mapRuns(value, (run, position) => {
      if (onlyMessages(run)) register(digestsOf(run), spanId, side, position, index);
      return run;
    });
  }
}

/** Remembers the messages of a field that is written whole. */
export function rememberMessages(value: Plain, spanId: string, side: Side, index: MessageIndex): void {
  if (index.waiting.length < MAX_WAITING) index.waiting.push({ spanId, side, value });
}

/** As much of the beginning of a run as an earlier line's list begins with. */
function knownBeginning(
  digests: readonly Digested[],
  index: MessageIndex,
): { length: number; address: Address } | undefined {
  for (let length = digests.length; length > 1; length--) {
    const address = index.beginnings.get(digests[length - 1]?.beginning ?? '');
    if (address !== undefined) return { length, address };
  }
  return undefined;
}

function referRun(run: readonly PlainObject[], digests: readonly Digested[], index: MessageIndex): Plain[] {
  const known = knownBeginning(digests, index);
  const result: Plain[] = [];
  if (known !== undefined) {
    const { spanId, side, position } = known.address;
    result.push({ ref: `${spanId}#${side}${position}-${position + known.length - 1}` });
  }
  for (const [offset, message] of run.entries()) {
    if (offset < (known?.length ?? 0)) continue;
    const address = digests[offset]?.isLong === true ? index.messages.get(digests[offset].digest) : undefined;
    result.push(address === undefined ? message : { ref: `${address.spanId}#${address.side}${address.position}` });
  }
  return result;
}

/** A field in which messages that an earlier line holds are references; what is new is remembered. */
export function referToMessages(value: Plain, spanId: string, side: Side, index: MessageIndex): Plain {
  indexWaiting(index);
  return mapRuns(value, (run, position) => {
    if (!onlyMessages(run)) return run;
    const digests = digestsOf(run);
    const referred = referRun(run, digests, index);
    register(digests, spanId, side, position, index);
    return referred;
  });
}
