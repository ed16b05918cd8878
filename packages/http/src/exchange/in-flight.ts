/** Requests under way. */

import type { Tracer } from '@spanline/core';
import { sharedState } from '@spanline/instrumentation';

interface Counter {
  value: number;
}

const counters = sharedState('http-in-flight', () => new WeakMap<Tracer, Counter>());

/**
 * The number of a tracer's requests under way, for all adapters; a gauge (`http_in_flight`) on the stats line.
 */
export function inFlightOf(tracer: Tracer): Counter {
  let counter = counters.get(tracer);
  if (counter === undefined) {
    const created: Counter = { value: 0 };
    tracer.gauge('http_in_flight', () => created.value);
    counters.set(tracer, created);
    counter = created;
  }
  return counter;
}
