/**
 * One call of the application, such as `chain.invoke()`: all runs inside it share this state. Knows whether the call
 * was aborted.
 */

import { sharedState } from '@spanline/instrumentation';

/** Listener on one signal, shared by all calls that use it. */
interface Watch {
  fired: boolean;
  calls: number;
  readonly onAbort: () => void;
}

/** One listener per signal: Node 20 warns above ten. */
const watches = sharedState('langchain.signals', () => new WeakMap<AbortSignal, Watch>());

function watchSignal(signal: AbortSignal): Watch {
  let watch = watches.get(signal);
  if (watch === undefined) {
    const added: Watch = {
      fired: signal.aborted,
      calls: 0,
      onAbort: () => {
        added.fired = true;
      },
    };
    watch = added;
    watches.set(signal, added);
    signal.addEventListener('abort', added.onAbort, { once: true });
  }
  watch.calls++;
  return watch;
}

function unwatchSignal(signal: AbortSignal, watch: Watch): void {
  if (--watch.calls > 0) return;
  watches.delete(signal);
  signal.removeEventListener('abort', watch.onAbort);
}

/** State shared by all runs of one call of the application. */
export class Call {
  #watch: Watch | undefined;
  /** Held weakly: LangChain's own listeners on the signal hold the runs, which could then never be collected. */
  #signal: WeakRef<AbortSignal> | undefined;
  #abortReported = false;

  /**
   * True if a run reported an abort or the watched signal fired. Runs of the call that LangChain never ends were
   * aborted, too.
   */
  get aborted(): boolean {
    return this.#abortReported || this.#watch?.fired === true;
  }

  /** A run of the call failed with an abort. */
  reportAbort(): void {
    this.#abortReported = true;
  }

  /** Watches the signal of a model call. Only the first signal of a call counts. */
  watch(signal: unknown): void {
    if (this.#watch !== undefined || !(signal instanceof AbortSignal)) return;
    this.#watch = watchSignal(signal);
    this.#signal = new WeakRef(signal);
  }

  /** Ends the call and removes the listener. */
  end(): void {
    const signal = this.#signal?.deref();
    this.#signal = undefined;
    if (signal !== undefined && this.#watch !== undefined) unwatchSignal(signal, this.#watch);
  }
}
