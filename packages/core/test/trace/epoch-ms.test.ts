import { expect, it } from 'vitest';
import { epochMs } from '@spanline/core/internal';
import { controlledClock, memoryLog } from '@spanline/core/testing';
import { createTracer, type Tracer } from '../../src/index.ts';

it('is the time of the clock of a tracer, and of the tracer of a span', () => {
  const clock = controlledClock(1_700_000_000_000);
  const tracer = createTracer({ logger: memoryLog().logger, clock });
  const span = tracer.startSpan({ name: 'work', type: 'tool' });
  clock.advance(1.5);
  expect([epochMs(tracer), epochMs(span)]).toEqual([1_700_000_000_001.5, 1_700_000_000_001.5]);
  span.end();
});

it('is that of the system for a tracer of another kind', () => {
  const before = Date.now();
  expect(epochMs({ startSpan: () => undefined } as unknown as Tracer)).toBeGreaterThanOrEqual(before);
});
