/** Waiting until a logger's lines have reached their destination. */
import type { Logger } from 'pino';

const TIME_OUT_MS = 10_000;

/**
 * Resolves when the destination reports that every line of `logger` has reached it.
 *
 * @throws the destination's error, or an error after ten seconds: the `flush` of some streams takes no callback
 */
export function flushLogger(logger: Logger): Promise<void> {
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
