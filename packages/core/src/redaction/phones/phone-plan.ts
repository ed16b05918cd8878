/** How the numbers of one country are written. */
export interface PhonePlan {
  readonly country: string;
  /** The country calling code. */
  readonly code: string;
  /** The digits before a number inside of the country; empty if there are none. */
  readonly prefix: string;
  /** Pattern of a number without prefix. */
  readonly national: string;
  /** Patterns with a group for each part that is written together, and of what such numbers begin with. */
  readonly formats: readonly (readonly [pattern: string, leading: string])[];
}
