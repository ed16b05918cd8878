import type { CleanTexts } from './clean-texts.ts';

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

/** Brings texts into the form in which they may be logged. */
export interface TextReader {
  /** Texts that need not be read again, unless they stand under the name of a secret. */
  readonly clean: CleanTexts | undefined;
  /** @param key the name that the text stands under */
  read(text: string, key: string | undefined): string;
}

/** Leaves every text as it is. */
export const UNCHANGED: TextReader = { clean: undefined, read: (text) => text };
