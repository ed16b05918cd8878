/** The time part of the lines of `createLogger`. */

let lastMs = 0;
let lastTime = '';

/** pino's time part, `,"@timestamp":"2026-11-23T09:12:35.958Z"`. Formatted once per millisecond. */
export function timestamp(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastTime = `,"@timestamp":"${new Date(now).toISOString()}"`;
  }
  return lastTime;
}

/** Takes the place of {@link timestamp} for a record, which has its own time under the same key. */
export const OWN_TIME = ',"@timestamp":';
