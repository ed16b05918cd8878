/** Things of a log, put together by trace while they stream by. */

import { createOpenTraces } from '../answers/index.ts';

/** Options of {@link byTrace}. */
interface ByTraceOptions<Thing> {
  traceOf(thing: Thing): string | undefined;
  /** Adds to the memory that open traces hold. */
  weigh(thing: Thing): number;
  /** Sum over all open traces. Beyond it, the one that got no thing for longest is given out. */
  readonly maxHeld: number;
}

/** The things of each trace. Things without a trace are left out. */
export async function* byTrace<Thing>(
  things: AsyncIterable<Thing>,
  { traceOf, weigh, maxHeld }: ByTraceOptions<Thing>,
): AsyncGenerator<readonly Thing[]> {
  const closed: Thing[][] = [];
  const traces = createOpenTraces<{ readonly things: Thing[]; held: number }>(
    () => ({ things: [], held: 0 }),
    ({ things: all, held }) => {
      closed.push(all);
      return held;
    },
    { maxHeld },
  );
  for await (const thing of things) {
    const id = traceOf(thing);
    if (id === undefined) continue;
    const state = traces.get(id);
    const weight = weigh(thing);
    state.things.push(thing);
    state.held += weight;
    traces.hold(weight);
    if (closed.length > 0) yield* closed.splice(0);
  }
  traces.end();
  yield* closed;
}
