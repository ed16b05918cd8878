import { createTracer } from '@spanline/core';
import { controlledClock } from '@spanline/core/testing';
import { ragRequest } from './figure.ts';

const clock = controlledClock(Date.UTC(2026, 0, 15, 9, 30));
const tracer = createTracer({
  clock,
  service: { name: 'figure-rag', version: '1.0.0' },
  capture: 'full',
  statsIntervalSeconds: 0,
});
ragRequest(tracer, clock);
await tracer.shutdown();
