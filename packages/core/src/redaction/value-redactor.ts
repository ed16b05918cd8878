import type { VerifiedTexts } from './verified-texts.ts';

/** Redacts the values of one record. */
export interface ValueRedactor {
  /** Texts that need no redaction, unless they are the value of a field that is named like a secret. */
  readonly verified: VerifiedTexts | undefined;
  /**
   * Characters that the rules see beyond the place where a text is truncated, so that they find a match that begins
   * before it.
   */
  readonly lookahead: number;
  /** @param name - name of the field that the text is the value of */
  redact(text: string, name: string | undefined): string;
  /**
   * Returns the replacement of a value at one of the user's paths. `undefined` leaves the value out.
   *
   * @param path - the steps to the value, from the record's key on
   */
  censor(value: unknown, path: readonly string[]): unknown;
}

/** Leaves every value as it is. */
export const NO_REDACTION: ValueRedactor = {
  verified: undefined,
  lookahead: 0,
  redact: (text) => text,
  censor: (value) => value,
};
