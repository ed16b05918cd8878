import type { SourceLine } from '../contracts/source.ts';
import { isDated, timeOfText } from './leading-time.ts';

/** Changes the lines of a file, in their order. */
export interface LineStep {
  /** Returns the lines that are ready. Parts that later lines may belong to are kept. */
  add(lines: readonly SourceLine[]): readonly SourceLine[];
  /**
   * Returns the text that is kept.
   *
   * @param isOver - nothing follows: parts of lines are torn lines. Otherwise they go on waiting for their ends.
   */
  flush(isOver: boolean): readonly SourceLine[];
  /** Offset of the first part that is kept. Nothing from there on may count as read. */
  readonly waitingFrom: number | undefined;
}

interface Event {
  readonly first: SourceLine;
  readonly texts: string[];
  characters: number;
}

const MAX_CHARACTERS = 1_000_000;
/** Lines that go on with the text before them: stack frames, indented text, a closing bracket. */
const CONTINUES = /^(?:\s|Caused by: |\.{3} \d+ more|[)\]}]+[,;]?$)/;
/** Python ends a traceback with the error. */
const TRACEBACK = /^Traceback \(most recent call last\):/m;
const PYTHON_ERROR = /^[\w.]+(?:Error|Exception|Warning|Interrupt|Exit)(?:: |$)/;

function isJsonObject(text: string): boolean {
  if (!text.startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A text that begins with a time goes on until the next one that does: a stack trace begins with its error. */
function belongs(text: string, { texts }: Event): boolean {
  if (CONTINUES.test(text)) return true;
  if (isDated(texts[0] ?? '')) return !isDated(text);
  return PYTHON_ERROR.test(text) && /^\s/.test(texts.at(-1) ?? '') && TRACEBACK.test(texts.join('\n'));
}

function toLine({ first, texts }: Event): SourceLine {
  const text = texts.join('\n');
  const time = timeOfText(text);
  const bytes = Buffer.from(JSON.stringify({ message: text }));
  return time === undefined ? { ...first, bytes, torn: false } : { ...first, bytes, torn: false, time };
}

/**
 * Creates the assembler of a file. A text is the `message` of its line; a time at its start is the line's.
 *
 * @param isMultiline - lines that go on with a text, such as stack traces, are joined with it
 */
export function createTextLines(isMultiline: boolean): LineStep {
  let waiting: Event | undefined;

  function flush(): SourceLine[] {
    const lines = waiting === undefined ? [] : [toLine(waiting)];
    waiting = undefined;
    return lines;
  }

  function add(line: SourceLine): SourceLine[] {
    const text = line.bytes.toString('utf8');
    if (text.trim() === '' || isJsonObject(text.trim())) return [...flush(), line];
    if (waiting !== undefined && waiting.characters < MAX_CHARACTERS && belongs(text, waiting)) {
      waiting.texts.push(text);
      waiting.characters += text.length;
      return [];
    }
    const ended = flush();
    waiting = { first: line, texts: [text], characters: text.length };
    return isMultiline ? ended : [...ended, ...flush()];
  }

  return {
    add: (lines) => lines.flatMap(add),
    flush,
    get waitingFrom() {
      return waiting?.first.offset;
    },
  };
}
