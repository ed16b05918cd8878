/** Rules of options that several packages have. */

import type { Logger } from 'pino';
import { type Check, option } from '@spanline/record';
import { CAPTURE_MODES, type CaptureSetting } from './capture.ts';
import type { Tracer } from './tracer.ts';

/** A tracer, of whichever copy of this package. */
export const tracerCheck: Check<Tracer> = option.like(
  'a tracer',
  (value) => typeof (value as Tracer).startSpan === 'function',
);

/**
 * A pino logger, of whichever copy. One with levels of its own may have no `info`. `console` has neither levels nor
 * children.
 */
export const loggerCheck: Check<Logger> = option.like('a pino logger', (value) => {
  const { child, level, levels } = value as Partial<Logger>;
  return typeof child === 'function' && typeof level === 'string' && typeof levels?.values === 'object';
});

/** A capture mode, or a policy. */
export const captureCheck: Check<CaptureSetting> = option.anyOf<CaptureSetting>(
  option.oneOf(CAPTURE_MODES),
  option.callback(),
);

/** Labels: scalars by name. */
export const labelsCheck: Check<Record<string, string | number | boolean>> = option.dictionary(
  option.like<string | number | boolean>('a string, a number or a boolean', (value) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  ),
);
