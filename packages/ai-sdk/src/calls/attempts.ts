/** The attempts of one step. `ai` 6 does not report those that fail. A wrapped model sees them. */

import type { Span } from '@spanline/core';
import { props } from '@spanline/instrumentation';
import { type Cut, failedWith } from './cut.ts';
import { offer, withdraw } from './enclosing.ts';
import type { ModelCall } from './model-call.ts';
import type { Recording } from './recording.ts';

/** Settings of {@link Attempts}. */
export interface AttemptsOptions {
  /** The span of the operation that the step belongs to. */
  readonly span: Span;
  /** How often the SDK repeats a request. */
  readonly maxRetries: number;
  /** Starts the recording of an attempt. It calls `onFailed` if the attempt fails. */
  readonly start: (onFailed: (error: unknown) => void) => ModelCall;
  /** Called when an attempt has failed and none comes after it. */
  readonly onGivenUp: (how: Cut) => void;
}

/** Finds the attempts after a failed one, and the end of an operation whose last attempt has failed. */
export class Attempts implements Recording {
  readonly isByEvent = true;
  readonly #options: AttemptsOptions;
  #failed = 0;
  #givingUp: NodeJS.Immediate | undefined;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Starts the recording of the next attempt. */
  start(): ModelCall {
    this.goOn();
    return this.#options.start((error) => this.#fail(error));
  }

  run<T>(execute: () => PromiseLike<T>, isStreamed = false): Promise<T> {
    return this.start().run(execute, isStreamed);
  }

  /** There is another attempt, or an answer. */
  goOn(): void {
    clearImmediate(this.#givingUp);
    withdraw(this.#options.span);
  }

  /**
   * The SDK repeats requests whose error says that it may. A middleware around the model may ask another one, which it
   * does before the program takes its next turn.
   */
  #fail(error: unknown): void {
    const { span, maxRetries, onGivenUp } = this.#options;
    offer(span, this);
    if (props(error)['isRetryable'] === true && this.#failed++ < maxRetries) return;
    this.#givingUp = setImmediate(() => {
      withdraw(span);
      onGivenUp(failedWith(error));
    });
  }
}
