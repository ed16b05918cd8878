/** Who waits for a signal, and whether it has fired. */
interface Watch {
  fired: boolean;
  flows: number;
  readonly note: () => void;
}

/** One listener for each signal, however many calls share it: Node 20 warns of more than ten. */
const watches = new WeakMap<AbortSignal, Watch>();

function watchSignal(signal: AbortSignal): Watch {
  let watch = watches.get(signal);
  if (watch === undefined) {
    const made: Watch = {
      fired: signal.aborted,
      flows: 0,
      note: () => {
        made.fired = true;
      },
    };
    watch = made;
    watches.set(signal, made);
    signal.addEventListener('abort', made.note, { once: true });
  }
  watch.flows++;
  return watch;
}

function unwatchSignal(signal: AbortSignal, watch: Watch): void {
  if (--watch.flows > 0) return;
  watches.delete(signal);
  signal.removeEventListener('abort', watch.note);
}

/** What all runs of one call of the application have in common. */
export class Flow {
  #watch: Watch | undefined;
  /** Held weakly: LangChain's own listeners on it hold the runs, which would then never be known to be lost. */
  #signal: WeakRef<AbortSignal> | undefined;
  #told = false;

  /** One of its runs was told of an abort, or the signal it was given fired: runs that LangChain never ends were aborted, too. */
  get aborted(): boolean {
    return this.#told || this.#watch?.fired === true;
  }

  /** A run was told of an abort. */
  abort(): void {
    this.#told = true;
  }

  /** Watches the signal that a model call was given; the first one of a flow. */
  watch(signal: unknown): void {
    if (this.#watch !== undefined || !(signal instanceof AbortSignal)) return;
    this.#watch = watchSignal(signal);
    this.#signal = new WeakRef(signal);
  }

  /** The call is over. */
  end(): void {
    const signal = this.#signal?.deref();
    this.#signal = undefined;
    if (signal !== undefined && this.#watch !== undefined) unwatchSignal(signal, this.#watch);
  }
}
