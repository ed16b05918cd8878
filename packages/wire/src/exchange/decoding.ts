/** Undoes the `content-encoding` of a body, as its bytes pass. */

import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** Takes the bytes of a body, decoded. */
export interface ByteSink {
  bytes(piece: Uint8Array): void;
  /** The body has come to its end. */
  end(): void;
}

/** Takes the bytes of a body as they came. */
export interface Decoding {
  bytes(piece: Uint8Array): void;
  /** @param then - called once all that came has been read */
  end(then: () => void): void;
  /** Nothing more is decoded. The decoder goes, and its memory outside of the heap with it. */
  close(): void;
}

const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: zlib.createGunzip,
  'x-gzip': zlib.createGunzip,
  deflate: zlib.createInflate,
  br: zlib.createBrotliDecompress,
  // Node 20 has none.
  zstd: (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress,
};

/**
 * Bytes that a body may have decoded. Few bytes can become very many.
 */
const MAX_DECODED = 256 * 1024 * 1024;

const plain = (sink: ByteSink): Decoding => ({
  bytes: (piece) => sink.bytes(piece),
  end(then): void {
    sink.end();
    then();
  },
  close: () => undefined,
});

function through(created: Transform, sink: ByteSink, unreadable: () => void): Decoding {
  let decoder: Transform | undefined = created;
  let finished: (() => void) | undefined;
  let length = 0;
  const finish = (): void => {
    const then = finished;
    finished = undefined;
    then?.();
  };
  created.on('data', (piece: Uint8Array) => {
    length += piece.byteLength;
    if (length <= MAX_DECODED) sink.bytes(piece);
    else decoder?.destroy(new RangeError('The body is too long.'));
  });
  created.once('end', () => {
    sink.end();
    finish();
  });
  created.once('error', () => {
    unreadable();
    finish();
  });
  return {
    bytes(piece): void {
      if (decoder?.destroyed === false) decoder.write(piece);
    },
    end(then): void {
      finished = then;
      if (decoder?.destroyed === false) decoder.end();
      else finish();
    },
    close(): void {
      decoder?.destroy();
      decoder = undefined;
    },
  };
}

/**
 * @param encoding - the `content-encoding` header
 * @param unreadable - called for an encoding that is not known, or bytes that are not of it
 */
export function decodingOf(encoding: string, sink: ByteSink, unreadable: () => void): Decoding | undefined {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return plain(sink);
  const create = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (create !== undefined) return through(create(), sink, unreadable);
  unreadable();
  return undefined;
}
