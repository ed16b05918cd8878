/** The call that an answer belongs to. */

/** Facts about a call besides its answer. */
export interface UsageContext {
  readonly provider?: string | undefined;
  /** The model that was asked for. The one that the answer names wins. */
  readonly model?: string | undefined;
}
