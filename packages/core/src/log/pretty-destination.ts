import type { PrettyOutput, PrettyStream } from '@spanline/pretty';

/** Lines that wait for the printer; a program that logs more in its first moment gets these as JSON. */
const MAX_WAITING = 10_000;

/**
 * Prints finished traces as trees. The printer is a module of its own that is loaded here, so that a process that
 * writes JSON never loads it. Lines that are logged before it has loaded wait; should the process exit first, they are
 * written as the JSON lines that they are.
 */
export class PrettyDestination {
  readonly #output: PrettyOutput;
  readonly #loaded: Promise<void>;
  #printer: PrettyStream | undefined;
  #waiting: string[] = [];
  #isLoading = true;
  #isUsed = false;

  constructor(output: PrettyOutput) {
    this.#output = output;
    this.#loaded = this.#load();
  }

  write(line: string): void {
    if (!this.#isUsed) {
      // Listens from the first line on, so that the tracer's own listener, which writes open spans, runs before.
      process.once('exit', () => this.#finish());
      this.#isUsed = true;
    }
    if (this.#printer !== undefined) return this.#printer.write(line);
    this.#waiting.push(line);
    if (!this.#isLoading || this.#waiting.length > MAX_WAITING) this.#writeWaiting();
  }

  /** Prints what still waits for the end of its trace, then calls `done`. pino's `logger.flush` calls this. */
  flush(done?: () => void): void {
    void this.#flush(done);
  }

  async #flush(done?: () => void): Promise<void> {
    await this.#loaded;
    this.#finish();
    done?.();
  }

  async #load(): Promise<void> {
    try {
      const { createPrettyStream } = await import('@spanline/pretty');
      this.#printer = createPrettyStream({ output: this.#output });
    } catch {
      // A bundle without the printer's file: JSON lines are better than none.
    }
    this.#isLoading = false;
    this.#writeWaiting();
  }

  #writeWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const line of waiting) (this.#printer ?? this.#output).write(line);
  }

  #finish(): void {
    this.#writeWaiting();
    this.#printer?.flush();
  }
}
