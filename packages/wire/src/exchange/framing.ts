/** The pieces of an answer's body: events, lines, frames, or one document. */

import { EventStreamCodec } from '@smithy/eventstream-codec';
import { createParser } from 'eventsource-parser';
import { props } from '@spanline/instrumentation';

/** Gets the pieces of a body. */
export interface Pieces {
  /** A piece of a stream. */
  chunk(value: unknown): void;
  /** The whole answer. */
  whole(value: unknown): void;
  failed(error: unknown): void;
  /** The body is longer than what is kept of it, or no JSON. */
  unreadable(): void;
}

/** Takes the bytes of a body, decoded from its `content-encoding`. */
export interface Framing {
  bytes(piece: Uint8Array): void;
  /** The body has come to its end. */
  end(): void;
}

/** Characters of one event, or bytes of one frame or document. Longer ones are not read. */
const MAX_PIECE = 16 * 1024 * 1024;

/** Parses a piece. A mark such as `[DONE]` is none. */
function parsed(text: string, into: (value: unknown) => void, pieces: Pieces): void {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '[DONE]') return;
  try {
    into(JSON.parse(trimmed));
  } catch {
    pieces.unreadable();
  }
}

/** Server-sent events. */
function events(pieces: Pieces): Framing {
  const decoder = new TextDecoder();
  const parser = createParser({
    maxBufferSize: MAX_PIECE,
    onEvent: ({ data }) => parsed(data, pieces.chunk, pieces),
    onError: ({ type }) => (type === 'max-buffer-size-exceeded' ? pieces.unreadable() : undefined),
  });
  return {
    bytes: (piece) => parser.feed(decoder.decode(piece, { stream: true })),
    end: () => parser.reset({ consume: true }),
  };
}

/** A JSON value on each line. */
function lines(pieces: Pieces): Framing {
  const decoder = new TextDecoder();
  let rest = '';
  return {
    bytes(piece): void {
      const complete = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = complete.pop() ?? '';
      for (const line of complete) parsed(line, pieces.chunk, pieces);
      if (rest.length > MAX_PIECE) {
        rest = '';
        pieces.unreadable();
      }
    },
    end: () => parsed(rest, pieces.chunk, pieces),
  };
}

const UTF8 = new TextDecoder();
const toUtf8 = (input: Uint8Array | string): string => (typeof input === 'string' ? input : UTF8.decode(input));
const codec = new EventStreamCodec(toUtf8, (input: string) => new TextEncoder().encode(input));

/** The length of a frame is in its first four bytes. */
const LENGTH_BYTES = 4;

/** Frames of AWS (`application/vnd.amazon.eventstream`). */
function frames(pieces: Pieces): Framing {
  let rest: Buffer = Buffer.alloc(0);
  let isBroken = false;

  function read(frame: Uint8Array): void {
    const { headers, body } = codec.decode(frame);
    const header = (name: string): string => String(headers[name]?.value ?? '');
    const value: unknown = JSON.parse(UTF8.decode(body));
    if (header(':message-type') !== 'event') {
      const name = header(':exception-type') || header(':error-code') || 'Error';
      pieces.failed({ name, message: props(value)['message'] ?? header(':error-message') });
    } else pieces.chunk(header(':event-type') === 'chunk' ? value : { [header(':event-type')]: value });
  }

  return {
    bytes(piece): void {
      if (isBroken) return;
      rest = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
      try {
        while (rest.length >= LENGTH_BYTES) {
          const length = rest.readUInt32BE(0);
          if (length > MAX_PIECE) throw new RangeError('The frame is too long.');
          if (rest.length < length) break;
          read(rest.subarray(0, length));
          rest = rest.subarray(length);
        }
      } catch {
        isBroken = true;
        rest = Buffer.alloc(0);
        pieces.unreadable();
      }
    },
    end: () => undefined,
  };
}

/** One JSON document. Google's streams without `alt=sse` are a list of pieces. */
function document(pieces: Pieces): Framing {
  const parts: Uint8Array[] = [];
  let length = 0;
  const take = (value: unknown): void => {
    if (Array.isArray(value)) for (const piece of value) pieces.chunk(piece);
    else pieces.whole(value);
  };
  return {
    bytes(piece): void {
      length += piece.byteLength;
      if (length <= MAX_PIECE) parts.push(piece);
      else parts.length = 0;
    },
    end(): void {
      if (length > MAX_PIECE) pieces.unreadable();
      else parsed(UTF8.decode(Buffer.concat(parts)), take, pieces);
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
