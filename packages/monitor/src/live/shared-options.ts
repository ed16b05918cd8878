import type { Tracer } from '@spanline/core';
import { type Check, option } from '@spanline/record';

/** Rule of an option `tracer`. */
export const tracerOption: Check<Tracer> = option.like<Tracer>(
  'a tracer',
  (value) => typeof (value as Tracer | null)?.onRecord === 'function',
);

/** Rule of an option `clock`. */
export const clockOption: Check<{ now(): number }> = option.like<{ now(): number }>(
  'an object with now()',
  (value) => typeof (value as { now(): number } | null)?.now === 'function',
);
