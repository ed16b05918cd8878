/**
 * Traces that are being put together from lines. The lines of a trace stand close to each other, so that a bounded
 * number of open traces is enough: the one that got no line for longest is closed when there are too many.
 */

/** Traces that are open. */
export interface OpenTraces<State, Id extends string | number = string> {
  /** The state of a trace; a new one when it is not open. */
  get(id: Id): State;
  /** Counts something that a trace holds. Traces are closed when all hold too much. */
  hold(count: number): void;
  /** Closes all but the newest. @param kept - as many stay open. @defaultValue none */
  end(kept?: number): void;
  /** The traces that are open, the one that got a line last at the end. */
  values(): Iterable<State>;
}

/** How much may be open at once. */
interface OpenLimits {
  /** @defaultValue 100,000 */
  readonly maxOpen?: number;
  /** Sum over all open traces of the things that they hold. @defaultValue 500,000 */
  readonly maxHeld?: number;
}

/** Share of what may be open that stays open when there is too much. */
const KEPT = 0.9;

/**
 * @param open - makes the state of a new trace
 * @param close - called once for each; returns how much the trace held
 */
export function createOpenTraces<State, Id extends string | number = string>(
  open: (id: Id) => State,
  close: (state: State) => number,
  { maxOpen = 100_000, maxHeld = 500_000 }: OpenLimits = {},
): OpenTraces<State, Id> {
  const traces = new Map<Id, State>();
  /** The trace that got a line last; most lines follow one of their own trace. */
  let last: { readonly id: Id; readonly state: State } | undefined;
  let held = 0;

  /** Closes the oldest traces while there are too many. Looking for the oldest one by one would take long. */
  function closeWhile(isTooMuch: () => boolean): void {
    for (const [id, state] of traces) {
      if (!isTooMuch()) return;
      traces.delete(id);
      held -= close(state);
    }
  }

  return {
    get(id) {
      if (last?.id === id) return last.state;
      const known = traces.get(id);
      const state = known ?? open(id);
      // A map keeps the order in which keys were added.
      if (known !== undefined) traces.delete(id);
      traces.set(id, state);
      last = { id, state };
      if (traces.size > maxOpen) closeWhile(() => traces.size > Math.max(1, maxOpen * KEPT));
      return state;
    },
    hold(count) {
      held += count;
      if (held > maxHeld) closeWhile(() => held > maxHeld * KEPT && traces.size > 1);
    },
    end(kept = 0) {
      closeWhile(() => traces.size > kept);
      last = undefined;
    },
    values: () => traces.values(),
  };
}
