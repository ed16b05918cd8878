/** The pieces of an answer's body: events, lines, frames, or one document. */

import { EventStreamCodec } from '@smithy/eventstream-codec';
import { props } from '@spanline/instrumentation';
import { events } from './events.ts';
import { type Framing, MAX_PIECE, parsed, type Pieces, type Received } from './pieces.ts';

function eachPiece({ bytes, ends, times }: Received, read: (piece: Buffer, atMs: number) => void): void {
  let start = 0;
  for (const [index, end] of ends.entries()) {
    read(bytes.subarray(start, end), times[index] ?? 0);
    start = end;
  }
}

/** Hands on a value that is a piece of its own. */
const single =
  (pieces: Pieces, atMs: number): ((value: unknown) => void) =>
  (value) => {
    pieces.arrived(atMs);
    pieces.chunk(value, atMs, 1);
  };

/** A JSON value on each line. */
function lines(pieces: Pieces): Framing {
  const decoder = new TextDecoder();
  let rest = '';
  return {
    read: (received) =>
      eachPiece(received, (piece, atMs) => {
        const complete = (rest + decoder.decode(piece, { stream: true })).split('\n');
        rest = complete.pop() ?? '';
        for (const line of complete) parsed(line, single(pieces, atMs), pieces);
        if (rest.length > MAX_PIECE) {
          rest = '';
          pieces.unreadable();
        }
      }),
    end: (atMs) => parsed(rest, single(pieces, atMs), pieces),
    forget(): void {
      rest = '';
    },
  };
}

const UTF8 = new TextDecoder();
const toUtf8 = (input: Uint8Array | string): string => (typeof input === 'string' ? input : UTF8.decode(input));
const codec = new EventStreamCodec(toUtf8, (input: string) => new TextEncoder().encode(input));

/** A frame names an exception as a member of the stream: `throttlingException`, of the class `ThrottlingException`. */
const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The length of a frame is in its first four bytes. */
const LENGTH_BYTES = 4;

/** Frames of AWS (`application/vnd.amazon.eventstream`). */
function frames(pieces: Pieces): Framing {
  let rest: Buffer = Buffer.alloc(0);
  let isBroken = false;

  function readFrame(frame: Uint8Array, atMs: number): void {
    const { headers, body } = codec.decode(frame);
    const header = (name: string): string => String(headers[name]?.value ?? '');
    const value: unknown = JSON.parse(UTF8.decode(body));
    if (header(':message-type') !== 'event') {
      const name = header(':exception-type') || header(':error-code') || 'Error';
      pieces.failed({ name: capitalized(name), message: props(value)['message'] ?? header(':error-message') });
    } else single(pieces, atMs)(header(':event-type') === 'chunk' ? value : { [header(':event-type')]: value });
  }

  return {
    read: (received) =>
      eachPiece(received, (piece, atMs) => {
        if (isBroken) return;
        rest = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
        try {
          while (rest.length >= LENGTH_BYTES) {
            const length = rest.readUInt32BE(0);
            if (length > MAX_PIECE) throw new RangeError('The frame is too long.');
            if (rest.length < length) break;
            readFrame(rest.subarray(0, length), atMs);
            rest = rest.subarray(length);
          }
        } catch {
          isBroken = true;
          rest = Buffer.alloc(0);
          pieces.unreadable();
        }
      }),
    end: () => undefined,
    forget(): void {
      rest = Buffer.alloc(0);
    },
  };
}

/** One JSON document. Google's streams without `alt=sse` are a list of pieces. */
function document(pieces: Pieces): Framing {
  const parts: Uint8Array[] = [];
  let length = 0;
  return {
    read({ bytes }): void {
      length += bytes.byteLength;
      if (length <= MAX_PIECE) parts.push(bytes);
      else parts.length = 0;
    },
    end(atMs): void {
      const take = (value: unknown): void => {
        if (Array.isArray(value)) value.forEach(single(pieces, atMs));
        else pieces.whole(value);
      };
      if (length > MAX_PIECE) pieces.unreadable();
      else parsed(UTF8.decode(Buffer.concat(parts)), take, pieces);
    },
    forget(): void {
      parts.length = 0;
    },
  };
}

const BY_TYPE: readonly (readonly [RegExp, (pieces: Pieces) => Framing])[] = [
  [/^text\/event-stream\b/, events],
  [/^application\/vnd\.amazon\.eventstream\b/, frames],
  [/^application\/(?:x-ndjson|jsonl|x-jsonlines|stream\+json)\b/, lines],
  [/^application\/(?:.*\+)?json\b/, document],
];

/** Chooses how a body is read, by its `content-type`; `undefined` for sound, pictures and files. */
export function framingOf(contentType: string, pieces: Pieces): Framing | undefined {
  return BY_TYPE.find(([type]) => type.test(contentType))?.[1](pieces);
}
