/** The pieces of a body, and who reads the bytes that they come in. */

/** Gets the pieces of a body. */
export interface Pieces {
  /** A piece of a stream came at `atMs`, a time of `performance.now()`. */
  arrived(atMs: number): void;
  /**
   * The value of one or more pieces that have arrived. Those of several differ in nothing but a part of a text, and are
   * put together.
   *
   * @param atMs - when the first of them came
   */
  chunk(value: unknown, atMs: number, count: number): void;
  /** The whole answer. */
  whole(value: unknown): void;
  failed(error: unknown): void;
  /** The body is longer than what is kept of it, or no JSON. */
  unreadable(): void;
}

/** Bytes of a body, decoded from its `content-encoding`, in the pieces in which they came. */
export interface Received {
  readonly bytes: Buffer;
  /** Where each piece ends. */
  readonly ends: readonly number[];
  /** When each piece came, by `performance.now()`. */
  readonly times: readonly number[];
}

/** Reads the bytes of a body. */
export interface Framing {
  read(received: Received): void;
  /** The body has come to its end, at `atMs`. */
  end(atMs: number): void;
  /** Forgets what has come. */
  forget(): void;
}

/** Characters of one event, or bytes of one frame or document. Longer ones are not read. */
export const MAX_PIECE = 16 * 1024 * 1024;

/** Parses a piece. A mark such as `[DONE]` is none. */
export function parsed(text: string, into: (value: unknown) => void, { unreadable }: Pieces): void {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '[DONE]') return;
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    unreadable();
    return;
  }
  into(value);
}
