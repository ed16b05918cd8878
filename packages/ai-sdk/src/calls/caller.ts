/** The caller of an operation, who may take it back. `ai` 6 does not report that, and `ai` 7 to a reader only. */

import { type Cut, takenBack } from './cut.ts';
import { hasOpenChildren, type Operation } from './operation.ts';

/** Watches the caller's signal, until the operation ends. */
export class Caller {
  readonly #signal: AbortSignal | undefined;
  readonly #operation: Operation;
  readonly #onLeft: (how: Cut) => void;
  #leaving: NodeJS.Immediate | undefined;

  /**
   * @param signal - `abortSignal` of the call
   * @param onLeft - called when the caller has taken the call back, and no tool is at work any more
   */
  constructor(signal: unknown, operation: Operation, onLeft: (how: Cut) => void) {
    this.#signal = signal instanceof AbortSignal ? signal : undefined;
    this.#operation = operation;
    this.#onLeft = onLeft;
    const check = (): void => this.check();
    this.#signal?.addEventListener('abort', check, { once: true });
    operation.release = () => {
      this.#signal?.removeEventListener('abort', check);
      clearImmediate(this.#leaving);
    };
    this.check();
  }

  /** To be called whenever a tool has ended. An answer that is there has one turn of the program to be reported. */
  check(): void {
    const signal = this.#signal;
    if (signal?.aborted !== true) return;
    clearImmediate(this.#leaving);
    this.#leaving = setImmediate(() => {
      if ((this.#operation.steps?.size ?? 0) === 0) this.#onLeft(takenBack(signal.reason));
    });
  }
}

/**
 * Watches the caller of an open operation whose answer is there and may not be read. A model call that is still open
 * sees the signal itself.
 *
 * @param onLeft - called when the caller has taken the call back, and nothing of it is at work
 */
export function watchCaller(signal: AbortSignal | undefined, operation: Operation, onLeft: (how: Cut) => void): void {
  if (signal === undefined || !operation.span.isRecording) return;
  operation.release?.();
  const caller = new Caller(signal, operation, (how) => {
    if (!hasOpenChildren(operation)) onLeft(how);
  });
  caller.check();
}
