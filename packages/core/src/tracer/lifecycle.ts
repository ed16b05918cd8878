/** The end of a tracer: nothing that was recorded is lost when it shuts down or the process ends. */
import type { Logger } from 'pino';
import type { Pipeline } from '../pipeline/index.ts';
import { onProcessExit, onTermination } from './exit.ts';
import type { OpenSpans } from './open-spans.ts';

const TIME_OUT_MS = 10_000;

/**
 * Resolves when the destination reports that every line of `logger` has reached it.
 *
 * @throws the destination's error, or an error after ten seconds: the `flush` of some streams takes no callback
 */
function flushLogger(logger: Logger): Promise<void> {
  if (typeof logger.flush !== 'function') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${TIME_OUT_MS} ms`)), TIME_OUT_MS);
    logger.flush((error) => {
      clearTimeout(timer);
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
}

/** Parts of a tracer that its end flushes and stops. */
export interface LifecycleParts {
  readonly pipeline: Pipeline;
  readonly openSpans: OpenSpans;
  /** The loggers that the tracer writes to. */
  readonly loggers: readonly Logger[];
  /** Writes the last stats line. */
  closeStats(): void;
  internalError(where: string, error: unknown): void;
}

/** The methods of a tracer that wait for its lines. */
export interface Lifecycle {
  flush(): Promise<void>;
  shutdown(): Promise<void>;
  /** Ends a tracer whose open spans another one has. */
  release(): void;
}

/**
 * Hooks a tracer into the end of the process: open spans are written at its exit, and the lines that tail sampling
 * holds back at its termination.
 */
export function createLifecycle(parts: LifecycleParts): Lifecycle {
  const { pipeline, openSpans, loggers } = parts;

  function endAll(): void {
    pipeline.drain();
    openSpans.endAll();
    pipeline.drain();
  }

  async function flush(): Promise<void> {
    await pipeline.settled();
    for (const logger of loggers) {
      await flushLogger(logger).catch((error: unknown) => parts.internalError('flush', error));
    }
  }

  const removeExitHook = onProcessExit(endAll);
  const removeSignalHook = pipeline.holdsBack ? onTermination(() => pipeline.drain()) : undefined;
  function release(): void {
    removeExitHook();
    removeSignalHook?.();
    pipeline.stop();
  }

  return {
    flush,
    release,
    async shutdown(): Promise<void> {
      endAll();
      parts.closeStats();
      release();
      await flush();
    },
  };
}
