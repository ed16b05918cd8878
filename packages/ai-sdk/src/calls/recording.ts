/** The recording of a model call as a middleware below it knows it. */

/** Records a call of a model that a middleware is about to make. */
export interface Recording {
  /** The SDK reports the answer by an event only. A middleware below sees it first. */
  readonly isByEvent: boolean;
  /** Takes `abortSignal` of the call, which a middleware sees and most events have not. */
  takeSignal?(signal: unknown): void;
  /**
   * Runs the call inside of its span.
   *
   * @param isStreamed - a stream was asked for
   */
  run<T>(execute: () => PromiseLike<T>, isStreamed?: boolean): Promise<T>;
}
