import { NO_REDACTION, type ValueRedactor } from '../redaction/index.ts';
import type { ContentLimits } from './content-limits.ts';
import { JsonEncoder } from './json-encoder.ts';

/** One encoder for the lines of a tracer, which are encoded one after the other. */
export class EncoderLoan {
  readonly #limits: ContentLimits;
  #encoder: JsonEncoder | undefined;

  constructor(limits: ContentLimits) {
    this.#limits = limits;
  }

  /**
   * Lends the encoder for one line. While it is lent, others get a new one: a value that is read may run code of the
   * application, which ends another span.
   */
  lend(redactor: ValueRedactor): JsonEncoder {
    const encoder = this.#encoder ?? new JsonEncoder(this.#limits, redactor);
    this.#encoder = undefined;
    encoder.redactor = redactor;
    return encoder;
  }

  /** Ends a loan. The encoder keeps nothing of the line. An encoder that does not come back is replaced. */
  takeBack(encoder: JsonEncoder): void {
    encoder.redactor = NO_REDACTION;
    this.#encoder = encoder;
  }
}
