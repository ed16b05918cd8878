/** A place between two lines of a source. */
export interface Position {
  /** Name of the file. Names sort in reading order. */
  readonly file: string;
  /** Bytes before the place. */
  readonly offset: number;
  /** Fingerprint of the file's first bytes, for files that other programs rotate. */
  readonly fingerprint?: string;
}

/** The position that is read first. */
export function earlier(a: Position, b: Position): Position {
  return b.file < a.file || (b.file === a.file && b.offset < a.offset) ? b : a;
}
