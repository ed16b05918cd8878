import type { Position } from '../state/checkpoint.ts';
import type { Entry } from './batch.ts';

/** A line as it stands in its file. */
export interface SourceLine {
  /** Without its newline, in UTF-8; valid until the reader reads on. */
  readonly bytes: Buffer;
  /** Name of the file. */
  readonly file: string;
  /** Bytes before it. */
  readonly offset: number;
  /** Bytes before the next line. */
  readonly end: number;
  /** The file ends in the middle of it. */
  readonly torn: boolean;
}

/** Lines that were read in one go. */
export interface Chunk {
  readonly lines: readonly SourceLine[];
  /** The place before a byte of the file that the lines stand in. */
  at(offset: number): Position;
  /** Where to go on. */
  readonly end: Position;
}

/** Reads the lines of a source from a place on. */
export interface Reader {
  /** The next complete lines; `undefined` when there are none at the moment. @throws the system's error */
  next(): Chunk | undefined;
  /** True when nothing will follow what was read. */
  ended(): boolean;
  close(): void;
}

/** Where lines come from: the folder of a writer, or a file. */
export interface Source {
  /** Stable name, part of the ids of lines that have none. */
  readonly id: string;
  /** Folder of lock and checkpoints. */
  readonly folder: string;
  /** Where a sink begins that has no checkpoint, for sources that must remember it from the start. */
  start(): Position | undefined;
  /** Opens at a place, or at the first line. A place that is not there any more is reported and put right. */
  open(from: Position | undefined, problem: (text: string) => void): Reader;
  /** Bytes after a place. */
  lag(from: Position | undefined): number;
  /** Deletes what every sink has passed. @returns true when the source is gone for good */
  release(slowest: Position): boolean;
  close(): void;
}

/** What becomes of a line at a sink: sent, left out because the sink takes no such lines, or refused before it is sent. */
export type Encoded =
  | {
      readonly kind: 'entry';
      /** Its body, in pieces. */
      readonly parts: readonly (string | Uint8Array)[];
      readonly shortened?: boolean;
      /** When it was logged, in milliseconds since the epoch, where `send` must know. */
      readonly time?: number;
    }
  | { readonly kind: 'skip' }
  | { readonly kind: 'reject'; readonly reason: string };

/** What an answer says about one line. */
export type ItemVerdict =
  | { readonly kind: 'stored' }
  | { readonly kind: 'retry' | 'pause' | 'reject'; readonly reason: string };

/** What an answer says about a batch. */
export type Verdict =
  | { readonly kind: 'stored' }
  /** One verdict for each line. */
  | { readonly kind: 'items'; readonly items: readonly ItemVerdict[] }
  /** Not now. `afterMs` is what the server asked for; `throttled` means fewer requests at once. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number; readonly throttled?: boolean }
  /** Too large, or refused as a whole: two halves, down to the line that is to blame, which is refused. */
  | { readonly kind: 'split'; readonly reason: string }
  /** The request was stored, and some of it refused without saying what. */
  | { readonly kind: 'partial'; readonly rejected: number; readonly reason: string }
  /** Not allowed or not set up: an operator can change that, so it is tried for ever, slowly and loudly. */
  | { readonly kind: 'pause'; readonly reason: string };

/** How much goes into one request. */
export interface SinkLimits {
  readonly bytes: number;
  readonly entries: number;
  /** Longest time that a line waits for company. */
  readonly lingerMs: number;
  /** Most requests at once. */
  readonly concurrency: number;
}

/** A target. */
export interface Sink {
  readonly name: string;
  readonly limits: SinkLimits;
  /** Never throws. */
  encode(line: SourceLine, source: string): Encoded;
  /**
   * Sends a batch once and reads the answer. Never rejects.
   * @param attempt - how often these lines were sent before
   */
  send(entries: readonly Entry[], attempt: number, signal: AbortSignal): Promise<Verdict>;
  close(): void;
}

/** Something that people should know about. */
export interface Report {
  readonly level: 'info' | 'warn' | 'error';
  /** `retrying`, `recovered`, `paused`, `rejected`, `damaged`, `failed`. */
  readonly what: string;
  readonly message: string;
  readonly sink?: string;
  readonly lines?: number;
}

/** What a sink has done since the engine started. */
export interface SinkStats {
  /** Lines that the target has stored. */
  stored: number;
  /** Lines in the dead-letter file. */
  rejected: number;
  /** Lines of which long fields were cut for the target's limits. */
  shortened: number;
  /** Lines that are none of the sink's. */
  skipped: number;
  /** Requests that failed and were sent again. */
  retries: number;
  /** Bytes that are not stored yet. */
  lagBytes: number;
  /** What the last request met; `ok`, or why it failed. */
  state: string;
}
