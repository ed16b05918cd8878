import type { Tracer } from '@spanline/core';
import { sharedState } from '@spanline/instrumentation';

interface Counter {
  value: number;
}

const counters = sharedState('express.in-flight', () => new WeakMap<Tracer, Counter>());

/** The requests of a tracer that are on their way, all its middlewares together; a gauge (`http_in_flight`) on its stats line. */
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
