/**
 * The conversation of a trace, by time: each step adds the messages that its list did not continue from an earlier one.
 */

import { createHash } from 'node:crypto';
import { countOf, props, referenceOf, type Side, writtenMessages } from '@spanline/record';
import type { SpanRow, TranscriptAnswer, TurnAnswer } from '../../contract/index.ts';
import { continued, emptyList, firstOf, keysOf, type Place } from './conversation-trie.ts';
import { createLongTexts, type LongTexts } from './long-text.ts';
import { toMessageAnswers } from './messages.ts';
import { present } from './present.ts';
import type { Content } from './span.ts';

/** A transcript, and the texts of which it holds the start. */
export interface Transcript {
  readonly turns: readonly TurnAnswer[];
  readonly missing: number;
  readonly texts: LongTexts;
}

/** Steps that are read at once. */
const PIECE = 100;
/** References that lead to references. */
const MAX_DEPTH = 50;

type Written = ReturnType<typeof writtenMessages>[number];
type Reference = NonNullable<ReturnType<typeof referenceOf>>;

/** A message by what was said; why an answer ended belongs to the answer alone. */
function keyOf(message: Written): string {
  const { role, parts } = props(message);
  return createHash('sha1')
    .update(JSON.stringify([role, parts]))
    .digest('base64');
}

/** A side of a step, and when it was there. */
interface Moment {
  readonly index: number;
  readonly side: 'input' | 'output';
  readonly atMs: number;
}

/** Inputs and outputs by time. Of the same moment, a step stands within the one that it belongs to. */
function momentsOf(spans: readonly SpanRow[]): Moment[] {
  const moments: Moment[] = [];
  const open: number[] = [];
  const close = (depth: number): void => {
    for (let index = open.at(-1); index !== undefined && (spans[index]?.depth ?? 0) >= depth; index = open.at(-1)) {
      const { fromMs = 0, durationMs = 0 } = spans[index] ?? {};
      moments.push({ index, side: 'output', atMs: fromMs + durationMs });
      open.pop();
    }
  };
  spans.forEach(({ depth, fromMs }, index) => {
    close(depth);
    moments.push({ index, side: 'input', atMs: fromMs });
    open.push(index);
  });
  close(0);
  return moments.toSorted((a, b) => a.atMs - b.atMs);
}

/** The agent that each span belongs to. */
function agentsOf(spans: readonly SpanRow[]): readonly (string | undefined)[] {
  const agents: (string | undefined)[] = [];
  for (const { parent } of spans) {
    const above = parent === undefined ? undefined : spans[parent];
    agents.push(above?.type === 'agent' ? above.name.replace(/^invoke_agent (?=.)/, '') : agents[parent ?? -1]);
  }
  return agents;
}

/** A list with more messages. */
const withKeys = (list: Place, keys: readonly string[]): Place =>
  keys.reduce((at, key) => continued(at, key).list, list);

/** Messages of a reference, after a list. `undefined` if they are not among the lines. */
function follow(list: Place, known: Place, { from, to }: Reference): Place | undefined {
  if (known.length <= to) return undefined;
  if (list.length === 0 && from === 0) return firstOf(known, to + 1);
  return withKeys(list, keysOf(known, from, to));
}

/** A message that a line has itself, and its place in the list. */
interface Own {
  readonly key: string;
  readonly message: Written;
  readonly at: number;
}

/** The longest list that this one continues and that was whole. */
function lastWhole(list: Place): Place {
  let found = list;
  while (found.wholeAt === 0 && found.before !== undefined) found = found.before;
  return found;
}

/** Reads the messages of steps, the earlier ones first. */
function createReader(content: Content) {
  const root = emptyList();
  /** The list of each side that was read. A line may refer to the messages of a step within it, which comes later. */
  const lists = new Map<string, Place>();
  const owns = new Map<string, readonly Own[]>();
  /** When a message was last added. */
  const shown = new Map<string, number>();
  let now = 0;
  let missing = 0;

  function listOf(spanId: string, side: Side, depth = 0): Place {
    const id = spanId + side;
    const read = lists.get(id);
    if (read !== undefined || depth > MAX_DEPTH) return read ?? root;
    // Lines are hostile: a reference that leads back to its own list finds nothing.
    lists.set(id, root);
    let list = root;
    const own: Own[] = [];
    for (const message of writtenMessages(content.get(spanId) ?? [], side)) {
      const reference = referenceOf(message);
      if (reference === undefined) {
        const key = keyOf(message);
        own.push({ key, message, at: list.length });
        list = continued(list, key).list;
        continue;
      }
      const found = follow(list, listOf(reference.spanId, reference.side, depth + 1), reference);
      if (found === undefined) missing += countOf(reference);
      list = found ?? list;
    }
    lists.set(id, list);
    owns.set(id, own);
    return list;
  }

  return {
    get missing() {
      return missing;
    },
    /**
     * The messages of a side that stand nowhere further up. A message of before is added again
     * if it continues a list that was whole by then: a second `yes` of a user.
     *
     * @param isAnswer - it is new, even if an earlier message has the same words
     */
    read(spanId: string, side: Side, isAnswer: boolean) {
      const list = listOf(spanId, side);
      const own = owns.get(spanId + side) ?? [];
      owns.delete(spanId + side);
      now++;
      const known = lastWhole(list);
      const added = own.filter(({ key, at }) => {
        const before = shown.get(key);
        return isAnswer || before === undefined || (at >= known.length && before <= known.wholeAt);
      });
      for (const { key } of added) shown.set(key, now);
      // Later inputs continue with the answer.
      const whole = side === 'o' ? withKeys(lists.get(`${spanId}i`) ?? root, keysOf(list, 0, list.length - 1)) : list;
      for (const place of [list, whole]) if (place !== root) place.wholeAt = now;
      return { messages: added.map(({ message }) => message), folded: side === 'i' ? list.length - added.length : 0 };
    },
  };
}

/** Reads a transcript in pieces, so that others have their turn in between. */
export function* readTranscript(
  spans: readonly SpanRow[],
  content: Content,
  firstCharacters?: number,
): Generator<void, Transcript> {
  const texts = createLongTexts(firstCharacters);
  const reader = createReader(content);
  const agents = agentsOf(spans);
  const turns: TurnAnswer[] = [];
  let read = 0;
  for (const { index, side, atMs } of momentsOf(spans)) {
    if (++read % PIECE === 0) yield;
    const span = spans[index];
    if (span === undefined) continue;
    const { spanId, name, type, model } = span;
    const isAnswer = side === 'output' && type === 'llm';
    const { messages: added, folded } = reader.read(spanId, side === 'input' ? 'i' : 'o', isAnswer);
    const messages = added.length === 0 ? undefined : toMessageAnswers(added, texts);
    if (messages === undefined) continue;
    const facts = { agent: agents[index], model };
    turns.push({ spanId, name, type, ...present(facts), atMs, side, messages, folded });
  }
  return { turns, missing: reader.missing, texts };
}

/** A window of a transcript: the answer to `GET /api/v1/trace/<id>/messages`. */
export function toTranscriptAnswer(
  { turns, missing }: Transcript,
  offset = 0,
  limit = Number.POSITIVE_INFINITY,
): TranscriptAnswer {
  return { turns: turns.slice(offset, offset + limit), offset, total: turns.length, missing };
}

/** The whole of a transcript at once. */
export function wholeTranscript(steps: Generator<void, Transcript>): Transcript {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
