/** What most tests of wire capture set up: a server that plays models, and for each test a tracer whose calls it gets. */

import { afterEach, beforeEach } from 'vitest';
import type { Tracer, TracerOptions } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { useTracer, useWire } from '../../../../test/support/set-up.ts';
import type { Wire } from '../../../../test/support/wire/server.ts';
import type { WireOptions } from '../../src/options.ts';
import { wire } from '../../src/wire.ts';

/** What a test gets. */
export interface Recording {
  readonly server: Wire;
  readonly log: MemoryLog;
  readonly tracer: Tracer;
  /** Records by other options from here on. */
  restart(this: void, options: WireOptions): void;
  /** Stops wire capture, as the end of the test does. */
  stop(this: void): void;
}

/** Records the calls of each test. */
export function useRecording(take: (recording: Recording) => void, options: TracerOptions = {}): void {
  let server: Wire;
  let traced: Pick<Recording, 'log' | 'tracer'>;
  let stop: () => void;
  useWire((opened) => {
    server = opened;
  });
  useTracer((log, tracer) => {
    traced = { log, tracer };
  }, options);
  beforeEach(() => {
    const restart = (given: WireOptions): void => {
      stop = wire({ tracer: traced.tracer, patch: true, ...given });
    };
    restart({});
    take({ server, ...traced, restart, stop: () => stop() });
  });
  afterEach(() => stop());
}
