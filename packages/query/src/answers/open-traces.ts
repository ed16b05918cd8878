/**
 * Traces that are being put together from lines. The lines of a trace stand close to each other, so that a bounded
 * number of open traces is enough: the one that got no line for longest is closed when there are too many.
 */

/** Traces that are open. */
export interface OpenTraces<State> {
  /** The state of a trace; a new one when it is not open. */
  get(id: string): State;
  /** Counts something that a trace holds. Traces are closed when all hold too much. */
  hold(count: number): void;
  /** Closes all. */
  end(): void;
}

/** How much may be open at once. */
interface OpenLimits {
  /** @defaultValue 100,000 */
  readonly maxOpen?: number;
  /** Sum over all open traces of the things that they hold. @defaultValue 500,000 */
  readonly maxHeld?: number;
}

/**
 * @param open - makes the state of a new trace
 * @param close - called once for each; returns how much the trace held
 */
export function createOpenTraces<State>(
  open: (id: string) => State,
  close: (state: State) => number,
  { maxOpen = 100_000, maxHeld = 500_000 }: OpenLimits = {},
): OpenTraces<State> {
  const traces = new Map<string, State>();
  let held = 0;

  function closeOldest(): void {
    const [oldest] = traces;
    if (oldest === undefined) return;
    traces.delete(oldest[0]);
    held -= close(oldest[1]);
  }

  return {
    get(id) {
      const known = traces.get(id);
      const state = known ?? open(id);
      // A map keeps the order in which keys were added.
      if (known !== undefined) traces.delete(id);
      traces.set(id, state);
      if (traces.size > maxOpen) closeOldest();
      return state;
    },
    hold(count) {
      held += count;
      while (held > maxHeld && traces.size > 1) closeOldest();
    },
    end() {
      while (traces.size > 0) closeOldest();
    },
  };
}
