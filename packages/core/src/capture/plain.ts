/** What JSON can hold. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/** Limits of one walk. */
export interface PlainLimits {
  readonly depth: number;
  readonly arrayLength: number;
  readonly objectKeys: number;
  /** Longest string, in UTF-8 bytes. */
  readonly stringBytes: number;
}

/** For what has been walked before. */
export const UNLIMITED: PlainLimits = {
  depth: Number.POSITIVE_INFINITY,
  arrayLength: Number.POSITIVE_INFINITY,
  objectKeys: Number.POSITIVE_INFINITY,
  stringBytes: Number.POSITIVE_INFINITY,
};

/** Puts a string leaf into the form in which it may be logged; `key` is the name it stands under. */
export type LeafText = (text: string, key: string | undefined) => string;
