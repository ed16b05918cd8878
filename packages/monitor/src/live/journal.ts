/** A change of the ledger that can be made again on another version of it. */
type Change = () => unknown;

interface Attempt {
  readonly changes: Change[];
  /** Messages and lines that others will see. */
  readonly effects: (() => void)[];
}

const MAX_PENDING = 10_000;

/**
 * The changes that a process makes on a ledger that replicas share. Decisions belong to an attempt: they count, and
 * have effects, once the attempt was saved; if another replica was faster, they are dropped and made anew. Facts, such
 * as an alert that arrived, hold in any case. What was not saved is made again on the ledger that is loaded next.
 */
export class Journal {
  readonly #onFact: (() => void) | undefined;
  #pending: Change[] = [];
  #attempt: Attempt | undefined;

  /** @param onFact - called when a fact is to be saved. Without it, nobody shares the ledger. */
  constructor(onFact?: () => void) {
    this.#onFact = onFact;
  }

  /** Makes a change that follows from the state of all. */
  decide<T>(change: () => T): T {
    (this.#attempt?.changes ?? this.#pending).push(change);
    this.#limit();
    return change();
  }

  /** Makes a change that says what happened. */
  note(change: () => void): void {
    this.#pending.push(change);
    this.#limit();
    change();
    this.#onFact?.();
  }

  #limit(): void {
    if (this.#onFact === undefined) this.#pending.length = 0;
    else if (this.#pending.length > MAX_PENDING) this.#pending.shift();
  }

  /** Runs an effect, once the decisions count that it follows from. */
  afterwards(effect: () => void): void {
    if (this.#attempt === undefined) effect();
    else this.#attempt.effects.push(effect);
  }

  /** Whether an attempt was begun and did not end. */
  get isOpen(): boolean {
    return this.#attempt !== undefined;
  }

  /** Begins an attempt on a ledger that was just loaded. The attempt before is dropped. */
  begin(): void {
    this.#attempt = { changes: [], effects: [] };
    for (const change of this.#pending) change();
  }

  /** Says that the ledger is about to be saved. @returns a function to call when it was */
  seal(): () => void {
    const sealed = new Set(this.#pending);
    return () => {
      this.#pending = this.#pending.filter((change) => !sealed.has(change));
      this.#end();
    };
  }

  /** Lets the decisions of the attempt count, though the ledger could not be saved. */
  keep(): void {
    this.#pending.push(...(this.#attempt?.changes ?? []));
    this.#end();
  }

  #end(): void {
    const effects = this.#attempt?.effects ?? [];
    this.#attempt = undefined;
    for (const effect of effects) effect();
  }
}
