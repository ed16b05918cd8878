/** The caller of an operation, who may take it back. `ai` 6 does not report that, and `ai` 7 to a reader only. */

import { type Cut, takenBack } from './cut.ts';
import type { CallerWatch, Operation } from './operation.ts';

/** Watches the caller's signal. */
class Caller implements CallerWatch {
  readonly #signal: AbortSignal;
  readonly #operation: Operation;
  readonly #onLeft: (how: Cut) => void;
  readonly #onAbort = (): void => this.check();
  #leaving: NodeJS.Immediate | undefined;

  constructor(signal: AbortSignal, operation: Operation, onLeft: (how: Cut) => void) {
    this.#signal = signal;
    this.#operation = operation;
    this.#onLeft = onLeft;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** An answer that is there has one turn of the program to be reported. */
  check(): void {
    if (!this.#signal.aborted) return;
    clearImmediate(this.#leaving);
    this.#leaving = setImmediate(() => {
      if ((this.#operation.steps?.size ?? 0) === 0) this.#onLeft(takenBack(this.#signal.reason));
    });
  }

  release(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    clearImmediate(this.#leaving);
  }
}

/**
 * Watches the caller of an operation until it ends.
 *
 * @param signal - `abortSignal` of the call, if it has one
 * @param onLeft - called when the caller has taken the call back, and no tool is at work any more
 */
export function watchCaller(signal: unknown, operation: Operation, onLeft: (how: Cut) => void): void {
  if (!(signal instanceof AbortSignal) || !operation.span.isRecording) return;
  operation.caller?.release();
  operation.caller = new Caller(signal, operation, onLeft);
  operation.caller.check();
}
