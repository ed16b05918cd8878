import type { Finding } from '../evaluation/evaluator.ts';

/** Other work of the process gets its turn after this time. */
const SLICE_MS = 2;

/** Parts of an {@link EvaluationLoop}. */
export interface LoopParts {
  /** Evaluates the rules, one with each step. */
  evaluate: (isLast: boolean) => Iterator<Finding | undefined, void>;
  onFinding: (finding: Finding) => void;
  /** Called after each complete evaluation. */
  onDone: () => void;
  onError: (error: unknown) => void;
}

/** Evaluates rules on a timer, in slices of 2 ms, so that requests do not wait for the steps of a large service. */
export class EvaluationLoop {
  readonly #parts: LoopParts;
  #current: Iterator<Finding | undefined, void> | undefined;

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  /** Starts the timer. @returns a function that stops it, in the middle of an evaluation, too */
  start(everyMs: number): () => void {
    const timer = setInterval(() => this.#begin(), everyMs).unref();
    return () => {
      clearInterval(timer);
      this.#current = undefined;
    };
  }

  /** Evaluates all rules now, in one go. */
  run(isLast = false): void {
    this.#step(this.#parts.evaluate(isLast), Infinity);
  }

  /** Evaluates all rules now, in slices. */
  async runInSlices(isLast: boolean): Promise<void> {
    const evaluation = this.#parts.evaluate(isLast);
    while (!this.#step(evaluation, isLast ? Infinity : SLICE_MS)) {
      await new Promise((resolve) => {
        setImmediate(resolve).unref();
      });
    }
  }

  #begin(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#parts.evaluate(false);
    this.#continue();
  }

  #continue(): void {
    if (this.#current === undefined) return;
    if (this.#step(this.#current, SLICE_MS)) this.#current = undefined;
    else setImmediate(() => this.#continue()).unref();
  }

  /** @returns true at the end of the evaluation */
  #step(evaluation: Iterator<Finding | undefined, void>, forMs: number): boolean {
    const until = performance.now() + forMs;
    try {
      for (let next = evaluation.next(); next.done !== true; next = evaluation.next()) {
        if (next.value !== undefined) this.#parts.onFinding(next.value);
        if (performance.now() > until) return false;
      }
      this.#parts.onDone();
    } catch (error) {
      this.#parts.onError(error);
    }
    return true;
  }
}
