/** A problem of a provider's numbers; of low cardinality. */
export type UsageIssue =
  /** A part was larger than its whole and was reduced to it. */
  | 'details_exceed_total'
  /** The total shows that the input did not include cached tokens. They were added to it. */
  | 'cache_added'
  /** The total shows that the output did not include reasoning tokens. They were added to it. */
  | 'reasoning_added'
  /** Input and output do not add up to the total. Input and output were kept. */
  | 'total_mismatch'
  /**
   * A framework added up counts that the provider repeats on each chunk of a stream. The provider's own counts were
   * restored.
   */
  | 'chunks_added'
  /** The answer ended early. These are the tokens reported until then. */
  | 'incomplete';
