/** Server-sent events. All that parts them is ASCII: texts are decoded once they are whole. */

import { createParser } from 'eventsource-parser';
import { createJoining } from './joining.ts';
import { type Framing, MAX_PIECE, parsed, type Pieces, type Received } from './pieces.ts';

/** Bytes beyond ASCII, each a character of its own. */
const BEYOND_ASCII = /[\u0080-\u00FF]/;
const fromBytes = (text: string): string =>
  BEYOND_ASCII.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;

/** The end of an event. Bodies whose lines end otherwise are left to the parser as a whole. */
const BLANK_LINE = /\n\r?\n/g;
/** Characters before the last one of a blank line that may be in the block before. */
const SPLIT_LENGTH = 2;

/** The position behind the next blank line; -1 if there is none. */
function endOfEvent(text: string, from: number): number {
  BLANK_LINE.lastIndex = from;
  return BLANK_LINE.test(text) ? BLANK_LINE.lastIndex : -1;
}

/** Creates the reader of server-sent events. Events of one shape are joined before they are parsed. */
export function events(pieces: Pieces): Framing {
  let atMs = 0;
  let isBroken = false;
  /** The last characters of an event that the parser has got a part of; empty between two events. */
  let begun = '';
  /** The event that the parser gets stands for so many, which have arrived from `firstMs` on. */
  let joined: { readonly firstMs: number; readonly count: number } | undefined;
  const parser = createParser({
    maxBufferSize: MAX_PIECE,
    onEvent: ({ data }) => {
      const text = data.trim();
      if (text === '' || text === '[DONE]') return;
      if (joined === undefined) pieces.arrived(atMs);
      const { firstMs, count } = joined ?? { firstMs: atMs, count: 1 };
      parsed(fromBytes(text), (value) => pieces.chunk(value, firstMs, count), pieces);
    },
    onError: ({ type }) => {
      if (type !== 'max-buffer-size-exceeded') return;
      isBroken = true;
      pieces.unreadable();
    },
  });
  // A parser that has met too long an event takes nothing more.
  const feed = (text: string): void => {
    if (!isBroken) parser.feed(text);
  };
  const joining = createJoining((event, firstMs, count) => {
    joined = { firstMs, count };
    feed(event);
    joined = undefined;
  });

  return {
    read({ bytes, ends, times }: Received): void {
      const known = begun.length;
      const text = begun + bytes.toString('latin1');
      let chunk = 0;
      /** Sets the time to that of the chunk that has the character before `end`. */
      const arriveAt = (end: number): void => {
        while (chunk < ends.length - 1 && (ends[chunk] ?? 0) + known < end) chunk++;
        atMs = times[chunk] ?? atMs;
      };
      /** Hands text to the parser in the chunks in which it came. */
      const feedChunks = (from: number, to: number): void => {
        joining.flush();
        for (let start = from; start < to;) {
          arriveAt(start + 1);
          const end = Math.min(to, (ends[chunk] ?? 0) + known);
          feed(text.slice(start, end));
          start = end;
        }
      };
      let from = 0;
      if (known > 0) {
        const end = endOfEvent(text, 0);
        from = end === -1 ? text.length : end;
        feedChunks(known, from);
        begun = end === -1 ? text.slice(-SPLIT_LENGTH) : '';
      }
      while (from < text.length) {
        let end = joining.take(text, from);
        if (end === -1) {
          end = endOfEvent(text, from);
          if (end === -1) {
            feedChunks(from, text.length);
            begun = text.slice(Math.max(from, text.length - SPLIT_LENGTH));
            break;
          }
          arriveAt(end);
          if (joining.begin(text.slice(from, end), atMs)) pieces.arrived(atMs);
          else feedChunks(from, end);
        } else {
          arriveAt(end);
          pieces.arrived(atMs);
        }
        from = end;
      }
      joining.flush();
    },
    end(endMs): void {
      atMs = endMs;
      parser.reset({ consume: true });
    },
    forget: () => parser.reset(),
  };
}
