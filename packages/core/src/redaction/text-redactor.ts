import type { VerifiedTexts } from './verified-texts.ts';

/** Redacts the texts of one record. */
export interface TextRedactor {
  /** Texts that need no redaction, unless they are the value of a field that is named like a secret. */
  readonly verified: VerifiedTexts | undefined;
  /** Characters that the rules see beyond the place where a text is truncated, so that they find a match that begins before it. */
  readonly lookahead: number;
  /** @param name - name of the field that the text is the value of */
  redact(text: string, name: string | undefined): string;
}

/** Leaves every text as it is. */
export const NO_REDACTION: TextRedactor = { verified: undefined, lookahead: 0, redact: (text) => text };
