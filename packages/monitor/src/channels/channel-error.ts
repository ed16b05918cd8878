/** Why a channel did not deliver. Its message holds neither keys nor URLs. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  /** To try again is no use. */
  readonly isPermanent: boolean;
  /** What the server asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { isPermanent?: boolean; retryAfterMs?: number | undefined } = {}) {
    super(message);
    this.isPermanent = options.isPermanent ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}
