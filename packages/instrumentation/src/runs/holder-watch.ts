/** Finds runs whose end nobody can report any more, because the garbage collector took whoever could. */

/** Callbacks for the runs that are found. */
export interface HolderWatchOptions<R> {
  /** Called when a run's holder was collected. */
  collected(run: R): void;
  /** Closes runs. The holders of one broken-off stream are collected together, and its runs are closed together. */
  close(runs: readonly R[]): void;
  /** While it returns false, collected holders prove nothing, and their runs wait. */
  isTrusted(): boolean;
}

/** Watches holders of runs. */
export class HolderWatch<R extends object> {
  readonly #options: HolderWatchOptions<R>;
  readonly #holders = new FinalizationRegistry<R>((run) => this.#collect(run));
  #waiting: R[] = [];
  #isScheduled = false;

  constructor(options: HolderWatchOptions<R>) {
    this.#options = options;
  }

  watch(holder: object, run: R): void {
    this.#holders.register(holder, run, run);
  }

  unwatch(run: R): void {
    this.#holders.unregister(run);
  }

  /** Asks again whether holders are trusted, if runs wait for it. */
  retry(): void {
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** Forgets waiting runs that are no longer open. */
  prune(isOpen: (run: R) => boolean): void {
    if (this.#waiting.length > 0) this.#waiting = this.#waiting.filter(isOpen);
  }

  #collect(run: R): void {
    this.#options.collected(run);
    this.#waiting.push(run);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#close());
  }

  #close(): void {
    this.#isScheduled = false;
    if (!this.#options.isTrusted()) return;
    const runs = this.#waiting;
    this.#waiting = [];
    this.#options.close(runs);
  }
}
