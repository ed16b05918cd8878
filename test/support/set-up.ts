/** What most tests of an instrumentation set up: a server on loopback, and a log with its tracer for each test. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { createTracer, type Tracer, type TracerOptions, validate } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { openWire, type Wire } from './wire/server.ts';

/** Opens a server for all tests of a file. */
export function useWire(take: (wire: Wire) => void): void {
  let wire: Wire;
  beforeAll(async () => {
    wire = await openWire();
    take(wire);
  });
  afterAll(() => wire.close());
}

/** Creates a log and a tracer for each test. After it, every line is valid, no span is open, and no fault was swallowed. */
export function useTracer(take: (log: MemoryLog, tracer: Tracer) => void, options: TracerOptions = {}): void {
  let log: MemoryLog;
  let tracer: Tracer;
  beforeEach(() => {
    log = memoryLog();
    tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, ...options });
    take(log, tracer);
  });
  afterEach(() => {
    for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
    expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
  });
}
