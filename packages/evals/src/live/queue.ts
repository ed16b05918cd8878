/** Evaluations that wait. They run after the host's own work, a few at a time. */

/** Runs jobs later, at most so many at once, and drops those that find the queue full. */
export class Queue {
  readonly #waiting: (() => unknown)[] = [];
  readonly #concurrency: number;
  readonly #limit: number;
  #running = 0;
  #isScheduled = false;
  readonly #idle: (() => void)[] = [];

  constructor(concurrency: number, limit: number) {
    this.#concurrency = concurrency;
    this.#limit = limit;
  }

  /** Number of jobs that wait or run. */
  get size(): number {
    return this.#waiting.length + this.#running;
  }

  /** Adds a job, which must not throw. @returns `false` if the queue is full: the job is dropped */
  add(job: () => unknown): boolean {
    if (this.#waiting.length >= this.#limit) return false;
    this.#waiting.push(job);
    this.#schedule();
    return true;
  }

  /** Resolves when no job waits or runs. */
  async settled(): Promise<void> {
    if (this.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Each job has a turn of the event loop of its own, so that none delays the host by more than itself. */
  #schedule(): void {
    if (this.#isScheduled || this.#running >= this.#concurrency || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#running++;
    this.#schedule();
    await job();
    this.#running--;
    this.#schedule();
    if (this.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
