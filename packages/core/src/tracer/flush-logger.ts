import type { Logger } from 'pino';

const LIMIT_MS = 10_000;

/**
 * Resolves when everything in `logger` has reached its destination, as the destination says.
 *
 * @throws the destination's error; also when it does not answer within ten seconds, so that nobody waits for ever for a stream whose `flush` takes no callback
 */
export function flushLogger(logger: Logger): Promise<void> {
  if (typeof logger.flush !== 'function') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`no answer within ${LIMIT_MS} ms`)), LIMIT_MS);
    logger.flush((error) => {
      clearTimeout(limit);
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
}
