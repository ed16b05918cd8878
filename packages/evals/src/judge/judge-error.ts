/** Why a judgement failed. */

/** Codes of {@link JudgeError}. */
export type JudgeErrorCode =
  /** The model could not be asked. `cause` is the client's error. */
  | 'ERR_JUDGE_CALL'
  /** The model's answer has no verdict, or one outside of the scale. */
  | 'ERR_JUDGE_VERDICT'
  /** The day's budget does not have the money for another call. */
  | 'ERR_JUDGE_BUDGET';

/** A judgement that failed. Its message has neither content nor what the provider said; `cause` may have both. */
export class JudgeError extends Error {
  override readonly name = 'JudgeError';
  readonly code: JudgeErrorCode;

  constructor(code: JudgeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
