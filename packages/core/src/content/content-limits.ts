/** Limits of content. */
export interface ContentLimits {
  readonly depth: number;
  readonly arrayLength: number;
  readonly objectKeys: number;
  /** Maximum size of a string, in UTF-8 bytes. */
  readonly stringBytes: number;
}

/** Limits for content that was limited before. */
export const UNLIMITED: ContentLimits = {
  depth: Number.POSITIVE_INFINITY,
  arrayLength: Number.POSITIVE_INFINITY,
  objectKeys: Number.POSITIVE_INFINITY,
  stringBytes: Number.POSITIVE_INFINITY,
};
