import type { Position } from './position.ts';

/** A line as it is in its file. */
export interface SourceLine {
  /** The line without its newline, in UTF-8. The memory is reused for later lines: copy bytes to keep them. */
  readonly bytes: Buffer;
  /**
   * Id of the bytes that `offset` counts in, the same whenever the line is read and unlike that of any other machine: a
   * segment of a spool, or the host, the watched path, the device, the inode, its creation and the generation of a log
   * file.
   */
  readonly source: string;
  /** Path of the file, for people. */
  readonly file: string;
  /** Bytes before the line. */
  readonly offset: number;
  /** Whether the file ends in the middle of the line. */
  readonly torn: boolean;
  /** Time that a container runtime wrote before the line, for a line that has none; ISO 8601. */
  readonly time?: string;
  /** Key of the line's own time, if the files have one that is not usual. */
  readonly timeKey?: string;
}

/** Lines read at once. */
export interface Chunk {
  readonly lines: readonly SourceLine[];
  /** Position before a byte of the file that these lines are in. */
  at(offset: number): Position;
  /** Where to continue. */
  readonly end: Position;
}

/** Reads the lines of a source in order. */
export interface Reader {
  /** The next complete lines; `undefined` when there are none at the moment. @throws the system's error */
  next(): Chunk | undefined;
  /** True once nothing can follow what was read. */
  ended(): boolean;
  close(): void;
}

/** A log that is shipped: the segments of one spool writer, or one log file. */
export interface Source {
  /** Stable id; part of the ids of lines that have none. */
  readonly id: string;
  /** Folder of the lock and the checkpoints. */
  readonly folder: string;
  /**
   * The checkpoint to save for a sink that has none; `undefined` when nothing has to be remembered before the first
   * line is stored.
   */
  start(): Position | undefined;
  /**
   * Opens a reader at a position, or at the first line.
   *
   * @param onProblem - called with a description when the position does not exist any more; reading continues at the
   * nearest place
   */
  open(from: Position | undefined, onProblem: (description: string) => void): Reader;
  /** Bytes after a position. */
  lag(from: Position | undefined): number;
  /**
   * Deletes what every sink has passed.
   *
   * @param isFinished - whether every reader has ended and everything is settled
   * @returns true when the source is over
   */
  release(slowest: Position, isFinished: boolean): boolean;
  close(): void;
}

/** A source that a {@link Discovery} has found and nobody has opened yet. */
export interface Candidate {
  /** Folder of the lock and the checkpoints; identifies the source. */
  readonly folder: string;
  /** @throws the system's error, or an error if the path has come to belong to another file since it was found */
  open(): Source;
}

/** Finds sources. It is asked every few seconds and never throws. It may be left before its end. */
export interface Discovery {
  find(): Iterable<Candidate>;
  /**
   * Resolves when no compressed file is being unpacked.
   * @returns whether one was since the last call, so that another look finds it
   */
  unpacked?(): Promise<boolean>;
  /** Whether another look would find more. */
  isDue?(): boolean;
  /** Whether files wait until the content of others was read. */
  isBehind?(): boolean;
}
