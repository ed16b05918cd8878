/** The data of an application's own events. */
import { isObject } from '@spanline/record';
import { type Path, type Shape, type Slot, withValue } from '../gate/shape.ts';
import { Texts, WORD } from './fields.ts';
import { eventOf, type ServerEvent } from './sse.ts';

const MAX_DEPTH = 16;
const DONE = '[DONE]';
/** Fields of an event in which the application has no text. */
const TECHNICAL = /^(?:event|id|retry):\s*/;

type Patterns = readonly (readonly string[])[];

function isPiece(path: Path, patterns: Patterns): boolean {
  const inner = path.slice(1);
  return patterns.some(
    (keys) => keys.length === inner.length && keys.every((key, at) => key === '*' || key === String(inner[at])),
  );
}

function addLeaves(value: unknown, path: Path, patterns: Patterns, texts: Texts): void {
  if (typeof value === 'string') {
    if (isPiece(path, patterns)) texts.piece(value, path, path.join('.'));
    else texts.complete(value, path);
  } else if (path.length > MAX_DEPTH) texts.value(value, path);
  else if (Array.isArray(value)) value.forEach((inner, at) => addLeaves(inner, [...path, at], patterns, texts));
  else if (isObject(value))
    for (const [key, inner] of Object.entries(value)) addLeaves(inner, [...path, key], patterns, texts);
}

/** Nothing but a text at its place. */
function skeleton([key, ...rest]: Path, text: string): unknown {
  if (key === undefined) return text;
  return typeof key === 'number' ? [skeleton(rest, text)] : { [key]: skeleton(rest, text) };
}

/**
 * Creates the shape of the events of one response.
 *
 * @param pieces - fields of the data with pieces of one text (`choices.*.delta.content`). Other texts are complete
 */
export function eventsShape(pieces: readonly string[]): Shape<ServerEvent> {
  const patterns = pieces.map((path) => path.split('.'));
  /** The last event with a piece that has left: what else is in it may leave again. */
  let example: ServerEvent | undefined;

  function slotsOf({ data }: ServerEvent): Slot[] {
    const texts = new Texts();
    if (typeof data === 'string' && data !== DONE) texts.piece(data, ['data'], 'data');
    else if (data !== DONE) addLeaves(data, ['data'], patterns, texts);
    return texts.slots;
  }

  const pieceOf = (event: ServerEvent): Slot | undefined =>
    slotsOf(event).find(({ isComplete }) => isComplete !== true);

  function shownIn(event: ServerEvent, text: string): ServerEvent | undefined {
    const piece = pieceOf(event);
    if (piece === undefined) return undefined;
    if (example === undefined) return eventOf(skeleton(piece.path.slice(1), text));
    const place = pieceOf(example)?.path ?? piece.path;
    return { ...withValue(example, place, text), raw: undefined };
  }

  return {
    read(event) {
      const texts = new Texts();
      for (const [at, line] of event.head.entries())
        if (!WORD.test(line.replace(TECHNICAL, ''))) texts.complete(line, ['head', at]);
      return { slots: [...slotsOf(event), ...texts.slots] };
    },
    replaced: (copy) => ({ ...copy, raw: undefined }),
    sent(event) {
      if (pieceOf(event) !== undefined) example = event;
    },
    stopped(event, replacement) {
      const isEnd = event.data === DONE;
      const isBare = event.data !== undefined && slotsOf(event).length === 0;
      const frame = isEnd || isBare ? [eventOf(event.data)] : [];
      if (replacement === undefined) return { chunks: frame, isShown: false };
      const shown = isEnd ? eventOf(replacement) : shownIn(event, replacement);
      return { chunks: shown === undefined ? frame : [shown, ...frame], isShown: shown !== undefined };
    },
  };
}
